"""Is what is true of the demo's viewers found, and only that?

    python tests/demo_viewers.py target/debug/coverledger target/test-work/viewers

Twelve weeks of the demo with a player's telemetry are written. What a bad visit costs later, and how often viewers come back who
entered by the bait, is first computed here from the raw exports, so that it is known that the truths can be found at all; then the
job is run, and what `quality_effect` and `revisit` say is held against the second table of truths in docs/LIBRARY.md, which a test of
the demo holds against the code that makes its exports.
"""

import os
import re
import shutil
import subprocess
import sys
from datetime import date, timedelta
from glob import glob
from pathlib import Path

import numpy as np
import polars as pl
from truths import CHANCE, expect, rows_of, wrong

DAYS, EVENTS, SEED = 84, 3_000_000, 16
LAST = date(2026, 11, 1)
FIRST = LAST - timedelta(days=DAYS - 1)
RUN_AT = "2026-11-02T12:00:00Z"
KEY = {"COVERLEDGER_RETURNING_KEY": "a key that is made up for this test"}
WEEK = 7


class Truths:
    """The second table of docs/LIBRARY.md."""

    def __init__(self):
        rows = rows_of("the demo's truths of viewers")
        for what, where, truth, _ in rows:
            markets = re.findall(r"\b[A-Z]{2}\b", where)
            if (points := re.match(r"−([\d.]+) points", truth)) is not None:
                self.source = re.findall(r"`([^`]+)`", what)[0]
                self.platform = re.findall(r"`([^`]+)`", where)[0]
                self.harmed, self.loss = markets, float(points[1]) / 100
            elif truth == "0":
                self.spared = markets[0]
            elif (rate := re.match(r"([\d.]+) × the visits a day on the (\d+)", truth)) is not None:
                self.bait = re.findall(r"`([^`]+)`", what)[0]
                self.baited, self.comes, self.bait_days = markets, float(rate[1]), int(rate[2])


class Market:
    """What the viewers of a market did and met, from the raw exports: arrays by viewer and local date."""

    def __init__(self, code: str, clock: dict, events: pl.DataFrame, views: pl.DataFrame):
        local = pl.col("at").dt.convert_time_zone(clock["timezone"]).dt.replace_time_zone(None)
        day = ((local - pl.duration(hours=clock["starts_at"])).dt.date() - FIRST).dt.total_days().alias("day")
        in_time = pl.col("day").is_between(0, DAYS - 1)
        mine = pl.col("country") == code
        self.events = events.filter(mine).with_columns(day).filter(in_time)
        self.views = views.filter(mine).with_columns(day).filter(in_time)
        self.viewers = pl.concat([self.events["user_id"], self.views["user_id"]]).unique().sort()
        place = pl.DataFrame({"user_id": self.viewers, "viewer": np.arange(len(self.viewers))})
        self.events = self.events.join(place, on="user_id")
        self.views = self.views.join(place, on="user_id")

    def count(self, rows: pl.DataFrame) -> np.ndarray:
        counts = np.zeros((len(self.viewers), DAYS))
        np.add.at(counts, (rows["viewer"].to_numpy(), rows["day"].to_numpy()), 1)
        return counts


def before(counts: np.ndarray, days: int) -> np.ndarray:
    """Of each date, the sum over the `days` dates before it."""
    sums = np.pad(np.cumsum(counts, axis=1), ((0, 0), (1, 0)))
    end = np.arange(counts.shape[1])
    return sums[:, end] - sums[:, np.maximum(end - days, 0)]


def after(counts: np.ndarray, days: int) -> np.ndarray:
    return before(counts[:, ::-1], days)[:, ::-1]


def effect(market: Market) -> tuple[float, float, float, int]:
    """What a bad visit costs: the change of a viewer's own CTR from the week before a visit to the week after it, of bad visits less
    that of good ones in the same broadcast, for each impression more that lies within a week after a bad visit. Also its standard error
    by viewer, the difference without looking at the week before, and the number of bad visits."""
    shown = market.count(market.events.filter(pl.col("event_type") == "show"))
    taps = market.count(market.events.filter(pl.col("event_type") == "tap"))
    visits = market.views.group_by("viewer", "day", "room_id").agg(pl.col("is_bad").max())
    is_after_bad = before(market.count(visits.filter(pl.col("is_bad"))), WEEK) > 0
    visits = visits.filter(pl.col("day").is_between(2 * WEEK, DAYS - 1 - WEEK))
    at = visits["viewer"].to_numpy(), visits["day"].to_numpy()
    n, m = before(shown, WEEK)[at], after(shown, WEEK)[at]
    ctr = [before(taps, WEEK)[at] / np.maximum(n, 1), after(taps, WEEK)[at] / np.maximum(m, 1)]
    exposed = [before(shown * is_after_bad, WEEK)[at] / np.maximum(n, 1), after(shown * is_after_bad, WEEK)[at] / np.maximum(m, 1)]
    is_told = (n > 0) & (m > 0)
    weight = np.where(is_told, n * m / np.maximum(n + m, 1), 0.0)
    _, room = np.unique(visits["room_id"].to_numpy(), return_inverse=True)

    def less_mean(values: np.ndarray) -> np.ndarray:
        whole = np.bincount(room, weight)
        return values - (np.bincount(room, weight * values) / np.maximum(whole, 1e-9))[room]

    bad = visits["is_bad"].to_numpy().astype(float)
    z = less_mean(bad)
    change, exposure = less_mean(ctr[1] - ctr[0]), less_mean(exposed[1] - exposed[0])
    first_stage = np.sum(weight * z * exposure)
    found = np.sum(weight * z * change) / first_stage
    by_viewer = np.bincount(at[0], weight * z * (change - found * exposure))
    naive = np.sum(m * z * ctr[1]) / np.sum(m * z * bad)
    return found, np.sqrt(np.sum(by_viewer**2)) / abs(first_stage), naive, int(bad.sum())


def visits_a_day(truths: Truths, market: Market) -> tuple[float, float]:
    """Visits a day of viewers who entered by the bait on the dates before, to those of others of the same audience on the same date
    (Mantel–Haenszel), and the standard error of its logarithm."""
    visits = market.count(market.views)
    entries = market.events.filter(pl.col("event_type") == "enter", pl.col("cover_id") == truths.bait)
    is_baited = before(market.count(entries), truths.bait_days) > 0
    audiences = market.events.group_by("viewer").agg(pl.concat_str(pl.col("gender", "age_band").fill_null("")).first())
    _, audience = np.unique(audiences.sort("viewer")["gender"].to_numpy(), return_inverse=True)
    known = audiences.sort("viewer")["viewer"].to_numpy()
    above = below = came = 0.0
    for of in range(audience.max() + 1):
        here = known[audience == of]
        v, b = visits[here], is_baited[here]
        baited, others = b.sum(axis=0), (~b).sum(axis=0)
        above += np.sum((v * b).sum(axis=0) * others / len(here))
        below += np.sum((v * ~b).sum(axis=0) * baited / len(here))
        came += np.sum(v * b)
    return above / below, 1 / np.sqrt(max(came, 1))


def come_back(truths: Truths, market: Market, days: int) -> tuple[float, float, float]:
    """The shares of who enter another broadcast of the same host within so many dates: after the bait, and after other covers in the
    same broadcasts; and the standard error of the difference."""
    entries = market.events.filter(pl.col("event_type") == "enter").sort("at")
    first = entries.unique(["viewer", "room_id"], keep="first", maintain_order=True)
    first = first.filter(pl.col("day") <= DAYS - 1 - days)
    first = first.filter(pl.col("room_id").is_in(first.filter(pl.col("cover_id") == truths.bait)["room_id"].unique().implode()))
    later = entries.select("viewer", "host", pl.col("room_id").alias("other"), pl.col("day").alias("later"))
    back = (
        first.join(later, on=["viewer", "host"])
        .filter(pl.col("other") != pl.col("room_id"), (pl.col("later") - pl.col("day")).is_between(1, days))
        .select("viewer", "room_id")
        .unique()
    )
    first = first.join(back.with_columns(is_back=pl.lit(1.0)), on=["viewer", "room_id"], how="left").with_columns(
        pl.col("is_back").fill_null(0.0), is_bait=pl.col("cover_id") == truths.bait
    )
    sums = first.group_by("is_bait").agg(pl.len().alias("n"), pl.col("is_back").mean().alias("share")).sort("is_bait")
    (_, n0, p0), (_, n1, p1) = sums.rows()
    return p1, p0, float(np.sqrt(p0 * (1 - p0) / n0 + p1 * (1 - p1) / n1))


def raw(truths: Truths, folder: Path) -> dict[str, Market]:
    read = {"infer_schema": False, "truncate_ragged_lines": True}
    at = {"format": "%Y-%m-%dT%H:%M:%S%.fZ", "strict": False, "time_zone": "UTC"}
    whole = pl.col("at").is_not_null() & pl.col("user_id").is_not_null() & pl.col("room_id").str.contains(r"^\d+$")
    events = (
        pl.scan_csv(folder / "exports" / truths.platform / "*/*.csv.gz", **read)
        .with_columns(pl.col("event_time").str.to_datetime(**at).alias("at"))
        .filter(whole)
        .collect()
        .unique("event_id")
    )
    views = (
        pl.scan_csv(folder / "exports" / truths.source / "*.csv.gz", **read)
        .with_columns(pl.col("started_at").str.to_datetime(**at).alias("at"))
        .filter(whole & pl.col("av_offset_ms").is_not_null().or_(pl.col("failed") == "1"))
        .with_columns(
            is_bad=(pl.col("failed") == "1")
            | (pl.col("stall_seconds").cast(pl.Float64) >= 1)
            | (pl.col("first_frame_ms").cast(pl.Int64) > 600).fill_null(False)
        )
        .collect()
        .unique("view_id")
    )
    clocks = {}
    for line in (folder / "config/markets.yaml").read_text().splitlines():
        if (found := re.match(r"  ([A-Z]{2}): \{timezone: ([^,]+),", line)) is not None:
            starts = re.search(r'day_starts_at: "(\d\d):', line)
            clocks[found[1]] = {"timezone": found[2], "starts_at": int(starts[1]) if starts else 0}
    return {code: Market(code, clock, events, views) for code, clock in clocks.items()}


def from_exports(truths: Truths, markets: dict[str, Market]) -> None:
    deceived = []
    for code, market in markets.items():
        found, error, naive, bad = effect(market)
        truth = -truths.loss if code in truths.harmed else 0.0
        told = f"{found * 100:+.3f} ± {error * 100:.3f} points of {bad} bad visits, naively {naive * 100:+.3f}"
        expect(abs(found - truth) < 3 * error, f"exports, {code}: a bad visit costs {truth * 100:+.1f}: {told}")
        deceived += [naive] if code not in truths.harmed else []
        if code in truths.harmed:
            expect(found < -2.5 * error, f"exports, {code}: it can be told from nothing")
        elif code == truths.spared:
            expect(found - truths.loss * -1 > 2.5 * error, f"exports, {code}: it can be told from {-truths.loss * 100}")
    mean = sum(deceived) / len(deceived)
    expect(mean < -0.0015, f"exports: where it costs nothing, who does not look at the week before finds {mean * 100:+.3f} points")
    for code in truths.baited:
        ratio, error = visits_a_day(truths, markets[code])
        told = f"exports, {code}: visits a day after the bait {ratio:.3f} × (± {error:.3f})"
        expect(abs(np.log(ratio / truths.comes)) < 3 * error < 0.15, told)
        for days in (WEEK, truths.bait_days):
            bait, others, error = come_back(truths, markets[code], days)
            told = f"{bait:.3f} after {others:.3f} of others (± {error:.3f})"
            expect(others - bait > 3 * error, f"exports, {code}: within {days} days come back {told}")


def table(archive: Path, name: str, platform: str) -> pl.DataFrame:
    paths = sorted(glob(str(archive / name / "**/*.parquet"), recursive=True))
    if not paths:
        raise SystemExit(f"`{name}` was not published")
    return pl.concat(map(pl.read_parquet, paths), how="diagonal").filter(pl.col("platform") == platform)


def effects(truths: Truths, rows: pl.DataFrame) -> None:
    """`quality_effect` of what viewers did, against the truths."""
    rows = rows.filter(pl.col("method") == "viewers", pl.col("metric") == "ctr")
    shown = ["market", "step", "bad_visits", "effect", "effect_low", "effect_high", "p_adjusted", "finding"]
    whole = rows.filter(pl.col("step") == "all_bad").select(shown)
    for row in whole.iter_rows(named=True):
        code, loss = row["market"], row["market"] in truths.harmed
        truth = -truths.loss if loss else 0.0
        inside = row["effect"] is not None and row["effect_low"] <= truth <= row["effect_high"]
        told = "nothing"
        if row["effect"] is not None:
            told = f"{row['effect']:+.4f} ({row['effect_low']:+.4f} to {row['effect_high']:+.4f})"
        expect(inside, f"`quality_effect`, {code}: {told}, {row['finding']}; true is {truth:+.4f}")
        expect((row["finding"] == "loss") == loss, f"`quality_effect`, {code}: `{row['finding']}` is told", rows.select(shown))
        if code == truths.spared:
            expect(row["effect_low"] > -truths.loss, f"`quality_effect`, {code}: a loss as elsewhere is out of the question")
    expect(set(truths.harmed) | {truths.spared} <= set(whole["market"]), "`quality_effect` has the markets of the truths", whole)
    is_step = pl.col("step").is_in(["slow", "stalled", "failed"]) & pl.col("market").is_in(truths.harmed)
    steps = rows.filter(is_step, pl.col("effect").is_not_null())
    inside = steps.filter(pl.col("effect_low") <= -truths.loss, pl.col("effect_high") >= -truths.loss)
    told = f"`quality_effect`: {inside.height} of {steps.height} steps have the truth within their interval"
    expect(inside.height >= steps.height - 1 and steps.height > 0, told, steps.select(shown))


def revisits(truths: Truths, rows: pl.DataFrame) -> None:
    """`revisit` against the truths."""
    rows = rows.filter(pl.col("slot") == "all", pl.col("cover_id").is_not_null())
    shown = ["market", "cover_id", "within_days", "compared_broadcasts", "due", "matched_rate", "others_rate", "ratio", "ratio_low", "ratio_high", "finding"]
    is_bait = (pl.col("cover_id") == truths.bait) & pl.col("market").is_in(truths.baited)
    bait = rows.filter(is_bait).select(shown).sort("market", "within_days")
    expect(bait.height == 2 * len(truths.baited), "`revisit` has the bait within both numbers of days", bait)
    told = 0
    for row in bait.iter_rows(named=True):
        where = f"`revisit`, {row['market']}, {row['within_days']} days: `{row['finding']}`"
        # The bait is in few broadcasts on purpose, and the table tells nothing of fewer than eight.
        if row["ratio"] is None:
            is_few = row["finding"] == "too_few" and row["compared_broadcasts"] < 8
            expect(is_few, f"{where} in {row['compared_broadcasts']} broadcasts")
            continue
        told += row["finding"] == "costs_revisits"
        where = f"{where}, {row['ratio']:.2f} ({row['ratio_low']:.2f} to {row['ratio_high']:.2f})"
        expect(row["ratio_high"] < 1, f"{where}: fewer come back")
        # Of the few who come back within a week, hardly anybody comes twice.
        if row["within_days"] == WEEK:
            expect(row["ratio_low"] < 1.1 * truths.comes + 0.1, f"{where}: about half as many")
    expect(told > 0, "`revisit` tells that the bait costs revisits", bait)
    others = rows.filter(~is_bait, pl.col("finding").is_in(["costs_revisits", "earns_revisits", "no_difference"]))
    told = others.filter(pl.col("finding") == "costs_revisits")
    what = f"`revisit`: {told.height} of {others.height} rows of other covers are said to cost revisits"
    expect(told.height <= CHANCE * others.height, what, told.select(shown))


def diagnosed(truths: Truths, revisit: pl.DataFrame, diagnosis: pl.DataFrame) -> None:
    """`diagnosis` tells of a cover what `revisit` found of it."""
    whole = revisit.filter(pl.col("slot") == "all", pl.col("cover_id") != "all")
    whole = whole.sort(pl.col("finding") != "costs_revisits", "within_days").unique(["market", "cover_id"], keep="first", maintain_order=True)
    whole = whole.select("market", "cover_id", pl.col("finding").alias("found"), pl.col("ratio").alias("is_ratio"))
    rows = diagnosis.join(whole, on=["market", "cover_id"], how="left")
    shown = rows.select("market", "cover_id", "finding", "revisit_finding", "revisit_ratio", "found", "is_ratio")
    alike = pl.col("revisit_finding").eq_missing(pl.col("found")) & pl.col("revisit_ratio").eq_missing(pl.col("is_ratio"))
    expect(rows.height > 0 and rows.filter(~alike).height == 0, f"`diagnosis` says of {rows.height} covers what `revisit` does", shown)
    costs = rows.filter(pl.col("found") == "costs_revisits")
    silent = costs.filter(~pl.col("action_en").str.contains("come back less often"))
    expect(silent.height == 0, f"`diagnosis` says of {costs.height} covers that who came by them comes back less often", shown)
    is_bait = (pl.col("cover_id") == truths.bait) & pl.col("market").is_in(truths.baited)
    expect(costs.filter(is_bait).height > 0, "one of them is the bait", shown)


def command(binary: str, folder: Path, *arguments: str) -> str:
    run = subprocess.run(
        [binary, *arguments], capture_output=True, text=True, check=False, cwd=folder, env={**os.environ, **KEY}
    )
    if run.returncode != 0:
        raise SystemExit(f"{arguments[0]} ended with {run.returncode}:\n{run.stdout}{run.stderr}")
    return run.stdout


def main(binary: str, folder: str) -> None:
    binary, folder = str(Path(binary).resolve()), Path(folder).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    size = ["--days", str(DAYS), "--events", str(EVENTS), "--seed", str(SEED)]
    command(binary, folder, "demo", ".", "--quality", *size, "--generate-only", "-q")
    truths = Truths()
    from_exports(truths, raw(truths, folder))
    # Only what this is about: no experiments, no pictures, and the two platforms that it is of.
    (folder / "config/library.yaml").unlink()
    shutil.rmtree(folder / "config/experiments")
    job = folder / "jobs/nightly.yaml"
    job.write_text(re.sub(r"platforms: .*", f"platforms: [{truths.platform}, {truths.source}]", job.read_text()))
    print(command(binary, folder, "run", "nightly", "--at", RUN_AT, "-q"))
    effects(truths, table(folder / "archive", "quality_effect", truths.platform))
    revisit = table(folder / "archive", "revisit", truths.platform)
    revisits(truths, revisit)
    diagnosed(truths, revisit, table(folder / "archive", "diagnosis", truths.platform))
    shutil.rmtree(folder)
    sys.exit(1 if wrong else 0)


main(*sys.argv[1:])
