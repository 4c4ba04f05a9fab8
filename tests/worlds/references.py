"""Effects, intervals and p values of `experiment`, computed again from the published counts by numpy and scipy."""

import math
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from worlds.draw import COVERS
from worlds.levels import LEVEL, Truth, rotation, split, told
from worlds.methods import Matched, sequence_p, sequence_width
from worlds.program import Workspace

# Published numbers have twelve digits.
CLOSED = 1e-9
# Looks begin at so many broadcasts of equal size, and degrees of freedom are taken for so many times what they are.
FEWEST, SLACK = 8, 3.0
# A rotation with no more blocks than these goes through all schedules, and draws none.
MOST_BLOCKS = 9
# How the ends of a rotation's interval are looked for, in logarithms.
FARTHEST, HALVINGS = 3.0, 12

WORLDS = [
    split("viewers", "viewer", markets=3, nights=15, regulars=400, own=0.1, lift=1.1),
    split("broadcasts", "broadcast", markets=6, nights=20, size=1500, rate=0.05, spread=1.0, own=0.1, lift=1.1),
    rotation("turns", markets=3, nights=7, lift=1.15, trend=0.5, carry_over=0.3),
    rotation("few turns", markets=6, nights=3, turn=60, lift=1.6, noise=0.2),
]


Figures = dict[str, float | None]


def of_split(rows: pl.DataFrame, dates: list[date], planned: float) -> tuple[Figures, tuple[float, float]]:
    """A split's second cover against its first, looked at after every date; and the logarithm with its error. `rows` have `local_date`, `broadcast_id`,
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
    }, (matched.value, error)


def of_places(estimates: list[tuple[float, float]]) -> Figures:
    """Several places together, by random effects."""
    values, errors = np.array(estimates).T
    places = len(values)
    found = combine_effects(values, errors**2, method_re="chi2", use_t=True)
    # It takes a variance between places that is less than nothing for what it is.
    between, inconsistency = max(0.0, found.tau2), max(0.0, found.i2)
    found = combine_effects(values, errors**2 + between, method_re="chi2", use_t=True)
    mean, plain = found.mean_effect_fe, found.sd_eff_w_fe
    error = plain * math.sqrt(max(1.0, found.q / (places - 1)))
    half = stats.t.ppf(0.975, places - 1) * error
    next_half = stats.t.ppf(0.975, places - 2) * math.sqrt(between + error**2)
    return {
        "places": places, "pooled_effect": math.expm1(mean), "pooled_effect_low": math.expm1(mean - half),
        "pooled_effect_high": math.expm1(mean + half), "predicted_effect_low": math.expm1(mean - next_half),
        "predicted_effect_high": math.expm1(mean + next_half), "between_places": math.sqrt(between),
        "inconsistency": inconsistency, "p_value": 2 * stats.t.sf(abs(mean / error), places - 1),
        "any_false_word": 1 - (1 - LEVEL) ** places,
    }


def of_rotation(turns: pl.DataFrame, schedule: pl.DataFrame) -> Figures:
    """A rotation's second cover against its first: orders per hour on air, compared within the slots of each date, or within
    a block where a date has fewer turns of a slot than covers. `turns` are the published ones. Of a short rotation also how
    surely: by every schedule that was as likely."""
    covers = pl.len().over("slot", "local_date") >= len(COVERS)
    planned = schedule.sort("starts_utc").with_columns(
        block=pl.format("{}-{}", "slot", pl.int_range(pl.len()).over("slot") // len(COVERS)),
        hours=(pl.col("ends_utc") - pl.col("settles_utc")).dt.total_seconds() / 3600,
    )
    planned = planned.with_columns(stratum=pl.when(covers).then(pl.format("{}-{}", "local_date", "slot")).otherwise("block"))
    settled = pl.col("orders").filter(~pl.col("burn_in")).sum()
    of_turn = turns.group_by(starts_utc=pl.col("turn_start_utc").dt.replace_time_zone(None)).agg(orders=settled)
    of_turn = of_turn.join(planned, on="starts_utc", how="inner").sort("starts_utc")
    stratum = np.unique(of_turn["stratum"].to_numpy(), return_inverse=True)[1]
    block = np.unique(of_turn["block"].to_numpy(), return_inverse=True)[1]
    side = (of_turn["cover_id"] == COVERS[1]).to_numpy()
    hours, orders = of_turn["hours"].to_numpy(), of_turn["orders"].to_numpy().astype(float)

    def log_ratios(exchanged: np.ndarray, times: float = 1.0) -> np.ndarray:
        """Of each schedule, of which `exchanged` says in which blocks the covers have changed places; what the second had is
        divided by `times` first."""
        sums = np.zeros((2, len(exchanged), stratum.max() + 1, 2))
        for turn, had in enumerate(orders / np.where(side, times, 1.0)):
            at = np.where(exchanged[:, block[turn]], 1 - int(side[turn]), int(side[turn]))
            sums[at, np.arange(len(exchanged)), stratum[turn]] += [had, hours[turn]]
        both = sums[0, ..., 1] + sums[1, ..., 1]
        return np.log((sums[1, ..., 0] * sums[0, ..., 1] / both).sum(1) / (sums[0, ..., 0] * sums[1, ..., 1] / both).sum(1))

    blocks = block.max() + 1
    value = log_ratios(np.zeros((1, blocks), bool))[0]
    if blocks > MOST_BLOCKS:
        return {"effect": math.expm1(value)}
    schedules = np.arange(2**blocks)[:, None] >> np.arange(blocks) & 1 == 1

    def p_value(direction: int, log_ratio: float) -> float:
        """Of the hypothesis that the ratio is e to this, against one further in that direction; the first is the real one."""
        found = direction * log_ratios(schedules, math.exp(log_ratio))
        return min(1.0, 2 * (found >= found[0] - 1e-9).mean())

    def edge(direction: int) -> float:
        """The farthest ratio that is not rejected, by halving in as the program does."""
        inside, outside = value, value - direction * FARTHEST
        for _ in range(HALVINGS):
            middle = (inside + outside) / 2
            inside, outside = (inside, middle) if p_value(direction, middle) <= LEVEL else (middle, outside)
        return math.expm1(outside)

    return {"effect": math.expm1(value), "p_value": p_value(1 if value >= 0 else -1, 0.0),
            "effect_low": edge(1), "effect_high": edge(-1)}


class Compared:
    """What was compared, and what differed."""

    def __init__(self) -> None:
        self.figures, self.worst, self.wrong = 0, 0.0, []

    def market(self, name: str, found: dict, expected: Figures) -> None:
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
    """Every market of the worlds above, and all markets of a split together."""
    compared = Compared()

    def look(workspace: Workspace, truth: Truth) -> None:
        rows = {row["market"]: row for row in workspace.table("experiment").filter(~pl.col("is_control")).to_dicts()}
        estimates = []
        for market in truth.names():
            # What follows a decision is no part of it.
            end = rows[market].get("decided_on") or truth.dates()[-1]
            figures, estimate = again(workspace, truth, market, [day for day in truth.dates() if day <= end])
            compared.market(f"{truth.name}, {market}", rows[market], figures)
            estimates.append(estimate)
        pooled = workspace.table("experiment_pooled")
        if pooled.height and None not in estimates:
            compared.market(f"{truth.name}, all markets", pooled.to_dicts()[0], of_places(estimates))

    for truth in WORLDS:
        told(binary, truth, partial(look, truth=truth))
    return compared


def again(workspace: Workspace, truth: Truth, market: str, dates: list[date]) -> tuple[Figures, tuple[float, float] | None]:
    """What should have been published of a market, by what was published of it up to the last date."""
    table = {"viewer": "viewer_groups", "broadcast": "funnel", "rotation": "turns"}[truth.design]
    rows = workspace.table(table).filter((pl.col("market") == market) & (pl.col("local_date") <= dates[-1]) & ~pl.col("contaminated"))
    if truth.design == "rotation":
        return of_rotation(rows, workspace.schedule("covers").filter(pl.col("market") == market)), None
    if "viewer_group" not in rows.columns:
        rows = rows.with_columns(viewer_group=pl.lit(None, pl.Int64))
    return of_split(rows, dates, truth.nights * truth.nightly)
