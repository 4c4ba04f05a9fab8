"""Intervals, as the archive's own are made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Optional

from . import _native

FEWEST_CLUSTERS = _native.FEWEST_CLUSTERS
"""With fewer clusters than this, `cluster_interval` gives None: intervals would be unreliable."""


class Interval(NamedTuple):
    """A range that holds a figure with a stated confidence, both ends included."""

    low: float
    """The lower end."""
    high: float
    """The upper end."""


def wilson(successes: float, trials: float, confidence: float = 0.95) -> Interval:
    """Wilson's score interval of `successes` among `trials`, which need not be whole.

    Wilson (1927), J. Am. Stat. Assoc. 22, 209–212: for p = s ÷ n and z the normal quantile of (1 + confidence) ÷ 2,
    (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) ÷ (1 + z²/n). The lower end without successes is exactly 0, and the upper end without
    failures exactly 1. Trials are taken to be independent; viewers of one broadcast are alike, so see `cluster_interval`.
    These are the columns ``ctr_low`` and ``ctr_high`` of the archive.

    >>> low, high = wilson(42, 10_000)
    >>> f"{low:.6f} {high:.6f}"
    '0.003109 0.005672'

    Raises:
        CoverledgerError: `trials` is not more than 0, `successes` not from 0 to `trials`, or `confidence` not between 0 and 1.
    """
    return Interval(*_native.wilson(successes, trials, confidence))


def cluster_interval(
    successes: Iterable[Any],
    trials: Iterable[Any],
    confidence: float = 0.95,
    scale: str = "logit",
) -> Optional[Interval]:
    """The interval of Σ successes ÷ Σ trials, one pair for each cluster, such as a broadcast: only clusters count as independent.

    Each cluster is left out in turn (Tukey 1958; Shao & Tu 1995, 2.1), and Student's t has the degrees of freedom that the
    spread of what comes of it leaves (Satterthwaite 1946), no more than clusters of equal size would have that carry as much
    (Kish 1965). ``docs/STATISTICS.md``, "Rates from clusters", has the formula and how often such intervals hold.

    Args:
        successes: numbers by cluster: a list, or an array or column of numpy, pyarrow, pandas or polars.
        trials: as many numbers. Clusters in which nothing was tried are left out.
        confidence: between 0 and 1.
        scale: on which the interval is symmetric: ``logit`` for shares from 0 to 1, ``log`` for other ratios (orders an hour),
            ``identity`` for what may be negative. A ratio of 0, or a share of 1, has no error by clusters: the interval is then
            the whole scale.

    Returns:
        None with fewer than `FEWEST_CLUSTERS` clusters, or where one of them is all there is.

    Raises:
        CoverledgerError: as many numbers are not given, or one is null, negative or not finite.
    """
    ends = _native.cluster_interval(_floats("successes", successes), _floats("trials", trials), confidence, scale)
    return None if ends is None else Interval(*ends)


def _floats(argument: str, values: Iterable[Any]) -> list[float]:
    """Numbers of whatever holds them."""
    for convert in ("to_pylist", "to_list", "tolist"):
        if hasattr(values, convert):
            values = getattr(values, convert)()
            break
    floats = []
    for at, value in enumerate(values):
        if value is None:
            raise _native.CoverledgerError(f"`{argument}[{at}]` is null (leave out clusters of which it is not known)")
        floats.append(float(value))
    return floats
