"""Counts a demo's events in Spark's own words, and compares every count with what was published.

    python tests/cluster_oracle.py --url sc://127.0.0.1:PORT --demo DIR [--platform NAME] [--archive DIR]

DIR is what `coverledger demo DIR --format parquet` wrote. It shares no code with the program and runs none of it on the server: the
DataFrames below keep one row of each event id and of each viewer's first touch with `row_number`, which is what the program's executors do
by their own counter. It reads DIR/config for the names of columns and the markets. Of the platform, every published market-day has to have
exactly these cells with exactly these counts, in the table `funnel`.

Of two rows at one instant the program takes the first by object and record. A record's number is not known here; the object is. Two
records of one object at one instant with one event id, or of one viewer, lie in one cell in the demo, so whichever is taken the counts are the same.
"""

import argparse
import glob
import re
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.dataset as ds
import yaml
from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

KEYS = ["market", "local_date", "slot", "audience", "broadcast_id", "cover_id"]
COUNTS = [
    "impressions", "unique_impressions", "clicks", "clickers", "entries", "entrants", "stays", "dwell_ms", "orders", "orphan_clicks",
]
# What the kinds of events are called in configuration, and in the columns of `funnel`.
TIMES = {"impression": "impressions", "click": "clicks", "entry": "entries", "order": "orders"}
VIEWERS = {"impression": "unique_impressions", "click": "clickers", "entry": "entrants"}
NEEDED = ["event", "market", "broadcast_id", "cover_id", "event_id", "viewer_id", "occurred_at"]
SAMPLE = 10


@dataclass(frozen=True)
class Market:
    """A market's clock."""

    code: str
    zone: str
    day_start_seconds: int
    slots: list[tuple[str, int]]   # name, seconds after the day's start, in order


def seconds_of(wall: str) -> int:
    hours, minutes = wall.split(":")[:2]
    return int(hours) * 3600 + int(minutes) * 60


def read_yaml(path: Path) -> dict:
    return yaml.load(path.read_text(), yaml.BaseLoader)


def read_markets(config: Path) -> list[Market]:
    spec = read_yaml(config / "markets.yaml")
    markets = []
    for code, market in spec["markets"].items():
        start = seconds_of(market.get("day_starts_at", "00:00"))
        slots = [(slot, (seconds_of(at) - start) % 86_400) for slot, at in spec["slots"][market["slots"]].items()]
        markets.append(Market(code, market["timezone"], start, sorted(slots, key=lambda slot: slot[1])))
    return markets


def objects_of(exports: Path, spec: dict) -> list[tuple[str, datetime, datetime]]:
    """The files of an export's path, each with the instants that its rows may be of."""
    before, form, after = re.fullmatch(r"(.*)\{date:([^}]*)\}(.*)", spec["path"]).groups()
    digits = form.replace("%Y", r"\d{4}").replace("%m", r"\d{2}").replace("%d", r"\d{2}")
    pattern = f"{re.escape(before)}({digits}){re.escape(after)}".replace(r"\*", "[^/]*")
    zone, late_days = ZoneInfo(spec["day"]["timezone"]), int(spec.get("late_days", 0))

    def midnight(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)

    found = []
    for path in sorted(glob.glob(str(exports / f"{before}*{after}"))):
        key = str(Path(path).relative_to(exports))
        named = re.fullmatch(pattern, key)
        if named:
            day = datetime.strptime(named[1], form).date()
            found.append((path, midnight(day - timedelta(days=late_days)), midnight(day + timedelta(days=1))))
    return found


# ------------------------------------------------------------------------------------------------ DataFrames


def by_word(column: Column, words: dict[str, str]) -> Column:
    """The value of a word; null of any other."""
    cases = F.lit(None).cast("string")
    for word, value in words.items():
        cases = F.when(column == word, F.lit(value)).otherwise(cases)
    return cases


def signals(spark: SparkSession, exports: Path, spec: dict, markets: list[Market]) -> DataFrame:
    """One row a good record of the export, in our words."""
    columns = spec["columns"]
    rule = columns["occurred_at"]
    if spec["rows"] != "events" or spec["format"] != "parquet" or rule["format"] != "rfc3339" or "event_id" not in columns:
        raise SystemExit("the oracle counts events with ids and instants as RFC 3339 text, in Parquet (see --platform)")
    event = columns["event"]
    words = {word: kind for word, kind in event["values"].items() if kind != "ignore"}
    market = columns["market"]
    names = {one.code: one.code for one in markets} | market.get("values", {})
    audience = [F.coalesce(F.nullif(F.col(name), F.lit("")), F.lit("unknown")) for name in columns["audience"]]
    dwell = F.col(columns["dwell_seconds"]).cast("bigint")
    parts = []
    for path, begins, ends in objects_of(exports, spec):
        part = spark.read.parquet(path).select(
            F.lit(path).alias("object"),
            F.col(columns["event_id"]).cast("string").alias("event_id"),
            F.to_timestamp(F.col(rule["column"])).alias("occurred_at"),
            by_word(F.col(event["column"]), words).alias("event"),
            by_word(F.col(market["column"]), names).alias("market"),
            F.col(columns["broadcast_id"]).cast("string").alias("broadcast_id"),
            F.col(columns["cover_id"]).cast("string").alias("cover_id"),
            F.col(columns["viewer_id"]).cast("string").alias("viewer_id"),
            F.concat_ws(" / ", *audience).alias("audience"),
            dwell.alias("dwell"),
        )
        instant = F.col("occurred_at")
        parts.append(part.where((instant >= F.lit(begins)) & (instant < F.lit(ends))))
    if not parts:
        raise SystemExit(f"no exports at {exports / spec['path']}")
    while len(parts) > 1:   # a tree of unions and no chain of them
        parts = [one.unionByName(other) for one, other in zip(parts[::2], parts[1::2])] + (parts[-1:] if len(parts) % 2 else [])
    good = F.col("dwell").isNull() | (F.col("dwell") >= 0)
    return parts[0].where(good).dropna(subset=NEEDED)


def first_of(rows: DataFrame, of: list[str]) -> Column:
    """Which row is the first of those that are alike."""
    return F.row_number().over(Window.partitionBy(*of).orderBy("occurred_at", "object", "event_id")) == 1


def placed(rows: DataFrame, markets: list[Market]) -> DataFrame:
    """The same on the market's clock, by the instant that a row is credited to: of a leave, that of the entry it ends."""
    entered = F.col("occurred_at") - F.make_dt_interval(secs=F.col("dwell"))
    credited = F.when((F.col("event") == "leave") & F.col("dwell").isNotNull(), entered).otherwise(F.col("occurred_at"))
    rows = rows.withColumn("credited", credited)
    wall, slot, day_begins = F.lit(None).cast("timestamp"), F.lit(None).cast("string"), F.lit(None).cast("timestamp")
    for market in markets:
        is_it = F.col("market") == market.code
        start = F.expr(f"interval {market.day_start_seconds} seconds")
        shifted = F.from_utc_timestamp(F.col("credited"), market.zone) - start
        wall = F.when(is_it, shifted).otherwise(wall)
        elapsed = F.hour("wall") * 3600 + F.minute("wall") * 60 + F.second("wall")
        name = F.lit(market.slots[0][0])
        for later, begins in market.slots[1:]:
            name = F.when(elapsed >= begins, F.lit(later)).otherwise(name)
        slot = F.when(is_it, name).otherwise(slot)
        begin = F.to_utc_timestamp(F.date_trunc("day", F.col("wall")) + start, market.zone)
        day_begins = F.when(is_it, begin).otherwise(day_begins)
    # A wall clock as an instant of UTC, less the hours by which the market's day begins later.
    rows = rows.withColumn("wall", wall)
    return rows.select("*", F.to_date("wall").alias("local_date"), slot.alias("slot"), day_begins.alias("day_begins"))


def funnel(rows: DataFrame, markets: list[Market], stay_seconds: int, entry_is_click: bool) -> DataFrame:
    """Counts by cell."""
    once = rows.withColumn("is_first", first_of(rows, ["event_id"])).where("is_first").drop("is_first")
    touch = ["market", "local_date", "broadcast_id", "cover_id", "viewer_id"]
    here = placed(once, markets)
    saw = F.max((F.col("event") == "impression").cast("int")).over(Window.partitionBy(*touch))
    here = here.withColumn("is_touch", first_of(here, [*touch, "event"])).withColumn("saw", saw)
    has_dwell = F.col("event").isin("entry", "leave") & F.col("dwell").isNotNull()
    # The impressions of clicks in the day's first hour may be of the day before.
    is_lone = (F.col("event") == "click") & (F.col("saw") == 0) & (F.col("occurred_at") >= F.col("day_begins") + F.expr("interval 1 hour"))

    def times(such: Column) -> Column:
        return F.sum(F.when(such, F.lit(1)).otherwise(F.lit(0)).cast("bigint"))

    sums = {count: times(F.col("event") == kind) for kind, count in TIMES.items()}
    sums |= {count: times((F.col("event") == kind) & F.col("is_touch")) for kind, count in VIEWERS.items()}
    sums["stays"] = times(has_dwell & (F.col("dwell") >= stay_seconds))
    sums["dwell_ms"] = F.sum(F.when(has_dwell, F.col("dwell") * 1000).otherwise(F.lit(0)).cast("bigint"))
    sums["orphan_clicks"] = times(is_lone)
    if entry_is_click:
        sums |= {"clicks": sums["entries"], "clickers": sums["entrants"], "orphan_clicks": F.lit(0).cast("bigint")}
    cells = here.groupBy(*KEYS).agg(*[sums[count].alias(count) for count in COUNTS])
    return cells.where(" + ".join(count for count in COUNTS if count != "orphan_clicks") + " > 0")


# ------------------------------------------------------------------------------------------------ comparison


def by_cell(table: pa.Table) -> dict[tuple, tuple]:
    rows = table.select([*KEYS, *COUNTS]).to_pylist()
    return {tuple(row[key] for key in KEYS): tuple(int(row[count] or 0) for count in COUNTS) for row in rows}


def published(archive: Path, platform: str) -> pa.Table:
    """What is published of the platform."""
    paths = sorted(glob.glob(str(archive / "funnel" / f"platform={platform}" / "*/*/*.parquet")))
    if not paths:
        raise SystemExit(f"nothing is published of {platform} in {archive}")
    table = ds.dataset(paths, format="parquet", partitioning=None).to_table()
    milliseconds = pa.array([None if value is None else round(value * 1000) for value in table["dwell_seconds"].to_pylist()], pa.int64())
    return table.append_column("dwell_ms", milliseconds)


def compare(expected: pa.Table, found: pa.Table) -> int:
    """Prints what differs, and gives how many cells do."""
    ours, theirs = by_cell(expected), by_cell(found)
    days = {cell[:2] for cell in theirs}
    ours = {cell: counts for cell, counts in ours.items() if cell[:2] in days}
    differs = sorted(cell for cell in ours.keys() | theirs.keys() if ours.get(cell) != theirs.get(cell))
    for cell in differs[:SAMPLE]:
        print(f"{' '.join(map(str, cell))}: expected {ours.get(cell)}, published {theirs.get(cell)}  {tuple(COUNTS)}")
    totals = {count: sum(counts[place] for counts in ours.values()) for place, count in enumerate(COUNTS)}
    print(f"{len(days)} market-days, {len(theirs):,} cells, {', '.join(f'{total:,} {count}' for count, total in totals.items())}: "
          f"{len(differs)} differences")
    # An oracle that has nothing to say agrees with everything. The demo's viewers see whatever they click.
    silent = [count for count, total in totals.items() if total == 0 and count != "orphan_clicks"]
    if silent:
        print(f"nothing was counted as {', '.join(silent)}")
    return len(differs) + len(silent)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True, help="the server, as sc://HOST:PORT")
    parser.add_argument("--demo", type=Path, required=True, help="the folder that `coverledger demo` wrote")
    parser.add_argument("--platform", default="shop_app", help="a platform of events (default shop_app)")
    parser.add_argument("--archive", type=Path, help="the archive to compare with (default DIR/archive)")
    args = parser.parse_args()
    demo = args.demo.resolve()
    platform = read_yaml(demo / "config/platforms" / f"{args.platform}.yaml")
    markets = read_markets(demo / "config")
    stay_seconds = int(read_yaml(demo / "config/archive.yaml").get("stay_seconds", "60"))
    found = published(args.archive or demo / "archive", args.platform)
    spark = SparkSession.builder.remote(args.url).getOrCreate()
    try:
        spark.conf.set("spark.sql.session.timeZone", "UTC")
        (export,) = platform["exports"]
        rows = signals(spark, demo / "exports", export, markets)
        entry_is_click = platform["conventions"]["click"] == "room_entry"
        expected = funnel(rows, markets, stay_seconds, entry_is_click).toArrow()
    finally:
        spark.stop()
    return 1 if compare(expected, found) else 0


if __name__ == "__main__":
    sys.exit(main())
