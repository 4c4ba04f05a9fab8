"""A night whose truth is known: configuration, jobs and exports of about a million rows, in every shape that is counted on a cluster.

    python tests/cluster/night.py DIR [--rows 1000000] [--short]

  app      events, CSV in gzip, two files a day; a split by viewer is tested on it
  partner  events whose leaves carry the time in the room, NDJSON in gzip, by market and by days of Shanghai; one file of India is cut off
  feed     impressions with flags, Parquet, by days of Berlin, early and late; a rotation is tested on it
  kiosk    events without ids and without viewers on a wall clock, CSV
  edges    redeliveries over every border, and some that tell of another viewer
  studio   counts of half hours, delivered twice, with a log of covers
  player   how the views of app went

Beside the exports lies `truth/`: what has to be published of the first four, and how many records of each file are to be rejected. It
is drawn before any export is written. `--short` writes all rows as those of `app`, without the file that is cut off and without what is
decided at the end of a night.
"""

import argparse
import gzip
import json
import os
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl
from counted import counted_night, log_of_covers, player
from deliver import delivered, dirty, faulty_csv, faulty_json, faulty_rows
from platforms import write_configuration
from truth import DATES, PLATFORMS, SEED, Platform, draw, expected

# In a folder an export's version is made of its time, so that a night that is written again has to have the same.
DELIVERED_AT = datetime(2026, 4, 6, 11, tzinfo=UTC).timestamp()
CUT_OFF = "partner/IN/2026-04-02/part-0.ndjson.gz"


class Exports:
    """The exports' folder, and what is said of each file."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.rejected: dict[str, int] = {}
        self.records: dict[str, int] = {}

    def put(self, key: str, data: bytes, records: int = 0, rejected: int = 0) -> None:
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (DELIVERED_AT, DELIVERED_AT))
        self.records[key], self.rejected[key] = records, rejected


def packed(data: bytes) -> bytes:
    return gzip.compress(data, compresslevel=1, mtime=0)


def columns(platform: Platform, rows: pl.DataFrame) -> pl.DataFrame:
    """The columns that all formats share, under names that a mapping has to translate."""
    viewer = pl.format("{}-{}", pl.lit("u"), "viewer")
    return rows.select(
        "file_date", "event", "market",
        at="at", id=pl.format("{}{}", pl.lit(platform.name[0]), "event"), room="broadcast_id", cover="cover_id", viewer=viewer,
        gender="gender", age="age", dwell="dwell", kind="kind",
        **({name: pl.col(name) for name in ("clicked", "entered", "ordered")} if platform.is_flags else {}),
    ).sort("file_date", pl.col("event").hash(SEED), "event", "at")


def as_lines(rows: pl.DataFrame) -> list[bytes]:
    return rows.write_csv(include_header=False, null_value="").encode().split(b"\n")[:-1]


def write_csv(exports: Exports, platform: Platform, rows: pl.DataFrame, day: date, dice: np.random.Generator) -> None:
    names = [name for name in ("id", "at", "kind", "country", "room", "cover", "viewer", "gender", "age", "dwell")
             if (platform.has_ids or name != "id") and (platform.has_viewers or name != "viewer") and
             (platform.name != "kiosk" or name != "country")]
    if platform.has_ids:
        text = pl.col("at").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
    else:
        text = pl.col("at").dt.convert_time_zone(platform.zone).dt.strftime("%Y-%m-%d %H:%M:%S%.3f")
    rows = rows.with_columns(at=text, country=pl.col("market").replace({"GB": "UK"}))
    parts = 2 if platform.has_ids else 1
    for part in range(parts):
        mine = rows.filter(pl.col("event") % parts == part).select(names)
        lines = as_lines(mine)
        data, rejected = dirty(dice, lines, faulty_csv(names)) if platform.has_ids else (b"\n".join(lines) + b"\n", 0)
        data = ",".join(names).encode() + b"\n" + data
        ending, data = (".csv.gz", packed(data)) if platform.has_ids else (".csv", data)
        exports.put(f"{platform.name}/{day}/part-{part}{ending}", data, len(lines) + rejected, rejected)


def write_ndjson(exports: Exports, platform: Platform, rows: pl.DataFrame, day: date, dice: np.random.Generator) -> None:
    for market in platform.markets:
        mine = rows.filter(pl.col("market") == market).select(
            "id", pl.col("at").dt.epoch("ms"), "kind", "room", "cover", "viewer", pl.col("gender").replace("", None), "age", "dwell",
        )
        lines = mine.write_ndjson().encode().split(b"\n")[:-1]
        data, rejected = dirty(dice, lines, faulty_json())
        key = f"{platform.name}/{market}/{day}/part-0.ndjson.gz"
        exports.put(key, packed(data), len(lines) + rejected, rejected)


def write_parquet(exports: Exports, platform: Platform, rows: pl.DataFrame, day: date, dice: np.random.Generator) -> None:
    mine, rejected = faulty_rows(dice, rows.drop("file_date", "event", "kind"))
    path = exports.folder / f"{platform.name}/{day:%Y%m%d}/part-0.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    mine.write_parquet(path, compression="zstd", row_group_size=20_000)
    exports.put(path.relative_to(exports.folder).as_posix(), path.read_bytes(), len(mine), rejected)


WRITERS = {"partner": write_ndjson, "feed": write_parquet}


def write(folder: Path, rows: int, short: bool = False) -> None:
    """Writes the whole night, or a short one, into a folder that is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "truth").mkdir(parents=True)
    exports = Exports(folder / "exports")
    drawn = []
    for number, platform in enumerate([replace(PLATFORMS[0], share=1.0)] if short else PLATFORMS):
        events = draw(platform, rows, number)
        deliveries, counted = delivered(platform, events, number)
        if platform.name != "edges":
            expected(platform, counted).write_parquet(folder / f"truth/{platform.name}.parquet")
        drawn.append((platform, deliveries))
    if not short:
        counted_night(exports, folder / "truth/studio.parquet")
        log_of_covers(exports)
        player(exports, drawn[0][1])
    for number, (platform, deliveries) in enumerate(drawn):
        dice = np.random.default_rng([SEED, number, 2])
        for (day,), mine in columns(platform, deliveries).group_by("file_date", maintain_order=True):
            WRITERS.get(platform.name, write_csv)(exports, platform, mine, day, dice)
    if not short:
        whole = (exports.folder / CUT_OFF).read_bytes()
        exports.put(CUT_OFF, whole[: len(whole) // 2])
    told = {"records": exports.records, "rejected": exports.rejected, "cut_off": None if short else CUT_OFF}
    (folder / "truth/files.json").write_text(json.dumps(told, indent=1))
    write_configuration(folder, len(DATES), short)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--short", action="store_true")
    args = parser.parse_args()
    write(args.folder, args.rows, args.short)
    sizes = [path.stat().st_size for path in (args.folder / "exports").rglob("*") if path.is_file()]
    print(f"{len(sizes)} exports, {sum(sizes) / 1e6:.1f} MB")
