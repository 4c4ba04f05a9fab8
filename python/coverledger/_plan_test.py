"""What a test would find, judging by what was published before it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime
from typing import Optional, Union

from . import _native
from ._archive import Place, _date, _moment


@dataclass(frozen=True)
class Outlook:
    """What a test would find on one platform in one market. What is None is not known, and `note` says why."""

    experiment: str
    """The name of its file in ``config/experiments/``."""
    platform: str
    """The platform."""
    market: str
    """The market."""
    since: Optional[date]
    """The first local date of the history that it is judged by."""
    until: Optional[date]
    """The last."""
    broadcasts: Optional[int]
    """Broadcasts in that history."""
    worth: float
    """The gain that is worth having, as a share of the value: ``worth`` in the experiment's file."""
    probability_found: Optional[float]
    """With which probability that gain is found, 0 to 1, if one cover has it and the others are like the control."""
    smallest_gain: Optional[float]
    """The smallest gain that is found four times in five, as a share; None also where even five times the value is not."""
    planned: Optional[int]
    """For how many nights of a rotation, or broadcasts of a split, it is planned."""
    needed: Optional[int]
    """How many it takes to find the gain that is worth having four times in five; None where `smallest_gain` is."""
    unit: str
    """What `planned` and `needed` count: ``nights`` or ``broadcasts``."""
    note: str
    """The same in words, a line each, with what is known of carry-over."""


def plan_test(
    experiment: str,
    *,
    config: Place = "config",
    jobs: Optional[Place] = None,
    at: Optional[Union[datetime, str]] = None,
) -> list[Outlook]:
    """What ``coverledger plan-test EXPERIMENT --part power`` says, one result for each platform and market.

    The experiment is run over and over (1,000 times, and 200 for each step of the search for the smallest gain) on traffic that
    is drawn from the history of its place, with a gain put on one cover, and looked at every night as the real one will be.
    ``docs/STATISTICS.md``, "Experiments", has the assumptions.

    Args:
        experiment: the name of a file in ``config/experiments/`` without ``.yaml``.
        config: the folder of the configuration.
        jobs: the folder of its jobs; None: ``jobs`` beside it.
        at: as if the clock read this instant; None: now.

    Raises:
        CoverledgerError: there is no such experiment, or the configuration has problems, each on a line of its own. A place
            that cannot be judged is no error: its `note` says why.
    """
    where = None if jobs is None else os.fspath(jobs)
    places = _native.outlooks(experiment, os.fspath(config), where, _moment("at", at))
    return [Outlook(**{**place, "since": _date(place["since"]), "until": _date(place["until"])}) for place in places]
