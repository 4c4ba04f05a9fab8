"""How often a world without a difference is told to have one, and how often a planted difference is found."""

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from worlds import exports
from worlds.draw import COVERS, Truth, broadcasts, periods, turns, viewers
from worlds.program import Workspace

LEVEL = 0.05


def split(name: str, assignment: str, **truth: object) -> Truth:
    return Truth(name, assignment, **{"seed": 1, "markets": 20, **truth})


def rotation(name: str, **truth: object) -> Truth:
    return Truth(name, "rotation", **{"seed": 1, "markets": 20, "nights": 20, "nightly": 1, "rate": 0.04, **truth})


# Nothing differs in these.
EQUAL = [
    split("viewers, equal sizes", "viewer"),
    split("viewers, sizes 1.0", "viewer", spread=1.0),
    split("viewers, sizes 1.5", "viewer", spread=1.5),
    split("viewers, cover × broadcast 0.1", "viewer", own=0.1),
    split("viewers, regulars", "viewer", regulars=400),
    split("broadcasts, equal sizes", "broadcast", size=1500, rate=0.05),
    split("broadcasts, sizes 1.0", "broadcast", size=1500, rate=0.05, spread=1.0),
    split("broadcasts, sizes 1.5", "broadcast", size=1500, rate=0.05, spread=1.5),
    split("broadcasts, cover × broadcast 0.1", "broadcast", size=1500, rate=0.05, own=0.1),
    split("broadcasts, 1.5 and 0.1", "broadcast", size=1500, rate=0.05, own=0.1, spread=1.5),
    rotation("turns, hour and day trends", trend=1.0),
    rotation("turns, carry-over", trend=0.5, carry_over=0.7),
]
# In these blue is better, and so many markets at least have to say so.
BETTER = [
    (split("viewers, +15 %", "viewer", lift=1.15, markets=60), 55),
    (split("broadcasts, +15 %", "broadcast", lift=1.15, markets=30, size=1500, rate=0.05), 28),
    (split("broadcasts, +15 %, cover × broadcast 0.1", "broadcast", lift=1.15, markets=30, size=1500, rate=0.05, own=0.1), 27),
    (rotation("turns, +30 %", lift=1.3, trend=0.5, carry_over=0.3), 15),
]
# Run every night, and again once after the last.
NIGHTLY = split("night by night", "broadcast", markets=6, nights=14, nightly=3, lift=1.2, size=1000, rate=0.05, own=0.1)
# A gain that is found about every other time, after four weeks of history.
PLANNED = [
    split("broadcasts", "broadcast", markets=40, size=1200, rate=0.05, lift=1.1, history=28, nights=48),
    split("broadcasts, cover × broadcast 0.1", "broadcast", markets=40, size=1200, rate=0.05, lift=1.1, history=28, nights=48, own=0.1),
    rotation("turns", markets=40, lift=1.15, trend=0.5, history=28, nights=42, carry_over=0.3),
]
# Nothing changes within an afternoon or an evening, but their shares do.
SHIFTED = Truth("a shifted mix", "periods", seed=1, markets=40, nights=14, size=5000.0, rate=0.04, between=0.1, spread=0.3)


@dataclass
class Told:
    """What the program said of a world's markets."""

    truth: Truth
    rows: pl.DataFrame   # of `experiment`, without the control

    def count(self, *decisions: str) -> int:
        return self.rows.filter(pl.col("decision").is_in(decisions)).height

    def false(self) -> int:
        """Markets that were told of a difference, in whichever direction."""
        told = pl.col("decision").is_in(["winner", "worse"]) | (pl.col("p_holm") <= LEVEL)
        return self.rows.filter(told).height

    def wrong_way(self) -> int:
        return self.rows.filter((pl.col("decision") == "winner") & (pl.col("effect") < 0) | (pl.col("decision") == "worse")).height


def bound(markets: int) -> float:
    """5 % and two standard errors."""
    return LEVEL + 2 * math.sqrt(LEVEL * (1 - LEVEL) / markets)


def long(truth: Truth, least: int) -> Truth:
    """The same world with at least so many markets."""
    return replace(truth, markets=max(truth.markets, least))


def experiment(workspace: Workspace, truth: Truth, guardrails: str) -> str:
    """The file of an experiment on the nights after the history."""
    platform = "feed" if truth.design == "viewer" else "sheet"
    first, last = truth.dates()[truth.history], truth.dates()[-1]
    if truth.design == "rotation":
        design = f"design: rotation\nrotation: {{turn: {truth.turn}m, seed: 11}}\n"
    else:
        assignment = f", assignment: {truth.design}" if workspace.has_key("assignment") else ""
        design = f"design: split\nsplit: {{broadcasts: {(truth.nights - truth.history) * truth.nightly}{assignment}}}\n"
    return (
        f"version: 1\nplatforms: [{platform}]\nmarkets: [{', '.join(truth.names())}]\ncovers: [{', '.join(COVERS)}]\n"
        f"window: {{from: {first}, to: {last}}}\n{design}{guardrails}"
    )


@contextmanager
def opened(binary: Path, truth: Truth, more: str = "") -> Iterator[Workspace]:
    """A workspace with a world's configuration and exports. `more` is added to the experiment's file."""
    platform = {"viewer": exports.FEED, "broadcast": exports.BROADCASTS, "rotation": exports.MINUTES}[truth.design]
    name = "feed" if truth.design == "viewer" else "sheet"
    with Workspace(binary, truth.names(), {name: platform}) as workspace:
        # Where nothing differs guardrails could only hide what is told too often.
        guardrails = "" if truth.lift != 1 else "guardrails: {stay: off, conversion: off}\n"
        workspace.write("config/experiments/covers.yaml", experiment(workspace, truth, guardrails + more))
        workspace.job("nightly", name, truth.names(), truth.nights + 2)
        if truth.design == "viewer":
            exports.write_viewers(workspace, viewers(truth))
        elif truth.design == "broadcast":
            exports.write_broadcasts(workspace, broadcasts(truth))
        else:
            exports.write_turns(workspace, turns(truth, workspace.schedule("covers")))
        yield workspace


def decided(workspace: Workspace, truth: Truth) -> Told:
    """What stands in `experiment` after the last night."""
    workspace.morning_after(truth.dates()[-1])
    rows = workspace.table("experiment").filter(~pl.col("is_control")).filter(pl.col("as_of") == pl.col("as_of").max())
    if rows.height != truth.markets:
        raise RuntimeError(f"{truth.name}: {rows.height} rows of {truth.markets} markets")
    return Told(truth, rows)


def told(binary: Path, truth: Truth, look=lambda _: None) -> Told:
    """Draws a world, writes its exports, runs the program once after the last night, and reads what it published. `look`
    sees the workspace before it is gone."""
    with opened(binary, truth) as workspace:
        told = decided(workspace, truth)
        look(workspace)
        return told


def nightly(binary: Path) -> tuple[int, list[str]]:
    """Runs the program after every night, as a team would: how many markets were decided, and what a later night took back or
    told otherwise than one run after the last night."""
    decided_then, wrong = 0, []
    with opened(binary, NIGHTLY) as workspace:
        for night in NIGHTLY.dates():
            workspace.morning_after(night)
        rows = workspace.table("experiment").filter(~pl.col("is_control")).sort("market", "as_of")
    at_once = {row["market"]: row for row in told(binary, NIGHTLY).rows.to_dicts()}
    for (market,), of_market in rows.partition_by("market", as_dict=True).items():
        last = at_once[market]
        ends = [row for row in of_market.to_dicts() if row["decided_on"] is not None]
        decided_then += bool(ends)
        words = {(row["decision"], row["on_air"], row["decided_on"], row["effect"]) for row in ends}
        first = {(last["decision"], last["on_air"], last["decided_on"], last["effect"])} if last["decided_on"] else set()
        if words != first:
            wrong.append(f"{market}: night by night {sorted(map(str, words))}, at once {sorted(map(str, first))}")
        if ends and ends[0]["as_of"] != ends[0]["decided_on"]:
            wrong.append(f"{market}: told on {ends[0]['as_of']} to be decided on {ends[0]['decided_on']}")
    return decided_then, wrong


def planned(binary: Path, truth: Truth) -> tuple[float, float]:
    """How often a world's gain is found by what `plan-test` says after the history, on average over its markets, and how often
    it is found."""
    with opened(binary, truth, f"worth: {truth.lift - 1:.2f}\n") as workspace:
        workspace.morning_after(truth.dates()[truth.history - 1])
        said = re.findall(r"a gain of \d+ % with a probability of (\d+) %", workspace.cli("plan-test", "covers"))
        if len(said) != truth.markets:
            raise RuntimeError(f"{truth.name}: {len(said)} predictions for {truth.markets} markets")
        found = decided(workspace, truth).count("winner")
    return sum(map(int, said)) / len(said) / 100, found / truth.markets


def reversals(binary: Path, truth: Truth) -> pl.DataFrame:
    """What `mix` says of the entrants of each market."""
    with Workspace(binary, truth.names(), {"sheet": exports.BROADCASTS}) as workspace:
        workspace.job("nightly", "sheet", truth.names(), truth.nights)
        exports.write_broadcasts(workspace, periods(truth))
        workspace.morning_after(truth.dates()[-1])
        of_market = (pl.col("scope") == "all") & (pl.col("metric") == "effective_ctr")
        rows = workspace.table("mix").filter(of_market)
    if rows.height != truth.markets or rows["reversal"].null_count():
        raise RuntimeError(f"{truth.name}: {rows.height} rows of {truth.markets} markets")
    return rows
