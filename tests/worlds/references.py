"""Effects, intervals and p values of `experiment`, computed again from the published counts by numpy and scipy."""

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from worlds.draw import COVERS
from worlds.levels import LEVEL, Truth, rotation, split, told
from worlds.methods import Matched, sequence_p, sequence_width
from worlds.program import Workspace

# Published numbers have twelve digits.
CLOSED = 1e-9
# Looks begin at so many broadcasts of equal size, and degrees of freedom are taken for so many times what they are.
FEWEST, SLACK = 8, 3.0

WORLDS = [
    split("viewers", "viewer", markets=3, regulars=400, own=0.1, lift=1.1),
    split("broadcasts", "broadcast", markets=6, size=1500, rate=0.05, spread=1.0, own=0.1, lift=1.1),
    rotation("turns", markets=3, lift=1.15, trend=0.5, carry_over=0.3),
]


def of_split(rows: pl.DataFrame, dates: list[date], planned: float) -> dict[str, float | None]:
    """A split's second cover against its first, looked at after every date. `rows` have `local_date`, `broadcast_id`,
    `viewer_group` (null where there is none), `cover_id`, `orders` and `impressions`."""
    def places(column: str) -> tuple[np.ndarray, int]:
        found = rows[column].cast(pl.String).fill_null("").to_numpy()
        names, at = np.unique(found, return_inverse=True)
        return at, len(names)

    broadcast, broadcasts = places("broadcast_id")
    group, groups = places("viewer_group")
    side = (rows["cover_id"] == COVERS[1]).cast(pl.Int64).to_numpy()
    look = (rows["local_date"] - dates[0]).dt.total_days().to_numpy()
    sums = np.stack([rows["orders"].to_numpy(), rows["impressions"].to_numpy()], axis=1).astype(float)
    common, today = [-math.inf, math.inf], None
    least, interval = {True: 1.0, False: 1.0}, None
    for night in sorted(set(look)):
        counts = np.zeros((broadcasts, groups, 2, 2))
        seen = look <= night
        np.add.at(counts, (broadcast[seen], group[seen], side[seen]), sums[seen])
        matched = Matched(counts[counts[..., 1].sum((1, 2)) > 0])
        if matched.information < FEWEST - 1e-9:
            continue
        error, worth = matched.by_strata()[0], matched.information
        if groups > 1:
            error, worth = matched.two_way()[0], min(worth, matched.group_information)
        of_sequence = error, SLACK * (worth - 1), matched.information, planned
        is_better = matched.value >= 0
        least[is_better] = min(least[is_better], sequence_p(matched.value, *of_sequence))
        half = sequence_width(*of_sequence, LEVEL)
        today = [matched.value - half, matched.value + half]
        common = [max(common[0], today[0]), min(common[1], today[1])]
        # Where the estimate has left what all looks have in common, it was not one effect all the time.
        interval = common if common[0] <= matched.value <= common[1] else today
    return {
        "effect": math.expm1(matched.value), "p_value": least[matched.value >= 0],
        "effect_low": math.expm1(interval[0]), "effect_high": math.expm1(interval[1]),
        "effect_today_low": math.expm1(today[0]), "effect_today_high": math.expm1(today[1]),
        "information": matched.information, "left_out_share": matched.left_out,
    }


def of_rotation(turns: pl.DataFrame, schedule: pl.DataFrame) -> dict[str, float]:
    """A rotation's second cover against its first: orders per hour on air, compared within the slots of each date. `turns`
    are the published ones after their burn-in."""
    planned = schedule.select("starts_utc", "cover_id", hours=(pl.col("ends_utc") - pl.col("settles_utc")).dt.total_seconds() / 3600)
    of_turn = turns.group_by("local_date", "slot", starts_utc=pl.col("turn_start_utc").dt.replace_time_zone(None)).agg(pl.sum("orders"))
    joined = of_turn.join(planned, on="starts_utc", how="inner")
    strata = joined.group_by("local_date", "slot", "cover_id").agg(pl.sum("orders", "hours"))
    names = strata.select("local_date", "slot").unique().sort("local_date", "slot").with_row_index("stratum")
    strata = strata.join(names, on=["local_date", "slot"])
    counts = np.zeros((names.height, 1, 2, 2))
    side = (strata["cover_id"] == COVERS[1]).cast(pl.Int64).to_numpy()
    counts[strata["stratum"].to_numpy(), 0, side] = strata.select("orders", "hours").to_numpy()
    return {"effect": math.expm1(Matched(counts).value)}


class Compared:
    """What was compared, and what differed."""

    def __init__(self) -> None:
        self.figures, self.worst, self.wrong = 0, 0.0, []

    def market(self, name: str, found: dict, expected: dict[str, float | None]) -> None:
        for column, value in expected.items():
            if value is None or found.get(column) is None:
                if found.get(column) != value:
                    self.wrong.append(f"{name}, {column}: {found.get(column)} instead of {value}")
                continue
            distance = abs(found[column] - value) / max(abs(value), 1e-3)
            self.figures += 1
            self.worst = max(self.worst, distance)
            if distance > CLOSED:
                self.wrong.append(f"{name}, {column}: {found[column]} instead of {value}")


def compare(binary: Path) -> Compared:
    """Every market of the worlds above."""
    compared = Compared()
    for world in WORLDS:
        # Looks go on after a decision where nothing can be decided.
        truth = replace(world, name=world.name)

        def look(workspace: Workspace, truth: Truth = truth) -> None:
            rows = {row["market"]: row for row in workspace.table("experiment").filter(~pl.col("is_control")).to_dicts()}
            for market in truth.names():
                dates = [day for day in truth.dates() if rows[market].get("decided_on") is None or day <= rows[market]["decided_on"]]
                compared.market(f"{truth.name}, {market}", rows[market], again(workspace, truth, market, dates))

        told(binary, truth, look)
    return compared


def again(workspace: Workspace, truth: Truth, market: str, dates: list[date]) -> dict[str, float | None]:
    """What should have been published of a market, by what was published of it up to the last date."""
    table = {"viewer": "viewer_groups", "broadcast": "funnel", "rotation": "turns"}[truth.design]
    rows = workspace.table(table).filter((pl.col("market") == market) & (pl.col("local_date") <= dates[-1]) & ~pl.col("contaminated"))
    if truth.design == "rotation":
        return of_rotation(rows.filter(~pl.col("burn_in")), workspace.schedule("covers").filter(pl.col("market") == market))
    if "viewer_group" not in rows.columns:
        rows = rows.with_columns(viewer_group=pl.lit(None, pl.Int64))
    return of_split(rows, dates, truth.nights * truth.nightly)
