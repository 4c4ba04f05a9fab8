"""What is true of the night, drawn before any export is written, and what has to be published of it.

The truth is one frame of events a platform. Exports are written from it, with what platforms do to their exports (exports.py); nothing
of an export is read here. `expected` counts the truth by the rules of docs/FORMATS.md in polars' own words.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl

SEED = 20260328
# Every market-day that the job looks at: London and Berlin lose an hour on the first Sunday, Santiago gains one on the last Saturday.
DATES = [date(2026, 3, 28) + timedelta(days=number) for number in range(9)]
NIGHT = "2026-04-06T12:00:00Z"
# Events lie before and after these days too.
BEGIN, END = datetime(2026, 3, 27, 6, tzinfo=UTC), datetime(2026, 4, 6, 10, tzinfo=UTC)
MARKETS = {   # time zone, table of slots, start of the day
    "DE": ("Europe/Berlin", "day_parts", 0),
    "GB": ("Europe/London", "broadcast", 4),
    "CL": ("America/Santiago", "day_parts", 0),
    "US": ("America/New_York", "day_parts", 0),
    "IN": ("Asia/Kolkata", "day_parts", 0),
}
SLOTS = {
    "day_parts": {"night": 0, "morning": 6, "afternoon": 12, "prime": 19, "late": 23},
    "broadcast": {"morning": 4, "afternoon": 12, "prime": 19, "late": 23},
}
STAY_SECONDS = 60
COVERS = ["red-dress", "host-smile", "unboxing"]
GENDERS, AGES = ["f", "m", ""], ["18-24", "25-34", "35-44"]
KEYS = ["platform", "market", "local_date", "slot", "audience", "broadcast_id", "cover_id"]
COUNTS = ["impressions", "unique_impressions", "clicks", "clickers", "entries", "entrants", "stays", "dwell_seconds", "orders"]


@dataclass(frozen=True)
class Platform:
    """How a platform's events come about."""

    name: str
    share: float          # of all rows
    markets: list[str]
    zone: str             # whose days its files are of
    has_taps: bool = True
    has_leaves: bool = False
    has_viewers: bool = True
    is_flags: bool = False
    has_ids: bool = True


PLATFORMS = [
    Platform("app", 0.42, ["DE", "GB", "CL", "US"], "UTC"),
    Platform("partner", 0.30, ["DE", "GB", "CL", "US", "IN"], "Asia/Shanghai", has_taps=False, has_leaves=True),
    Platform("feed", 0.24, ["DE", "GB", "CL", "IN"], "Europe/Berlin", is_flags=True),
    Platform("kiosk", 0.01, ["CL"], "America/Santiago", has_viewers=False, has_ids=False),
    Platform("edges", 0.03, ["DE", "US"], "UTC"),
]


def microseconds(values: np.ndarray) -> pl.Series:
    return pl.Series("at", values).cast(pl.Datetime("us", "UTC"))


def draw(platform: Platform, rows: int, number: int) -> pl.DataFrame:
    """The events of a platform: one row an event, or an impression with its flags."""
    dice = np.random.default_rng([SEED, number])
    follow = 1.0 if platform.is_flags else 1.25
    shown = max(int(rows * platform.share / follow), 200)
    # A tenth of the viewers makes a third of the views, and comes back on many days.
    viewer = (dice.random(shown) ** 2 * max(shown // 6, 50)).astype(np.int64)
    market = np.array(platform.markets)[viewer % len(platform.markets)]
    span = int((END - BEGIN).total_seconds() * 1000)
    begin = int(BEGIN.timestamp() * 1000)
    at = begin + dice.integers(0, span, shown)
    # Broadcasts of five hours: they go over slots, midnights and the days of files.
    block = at // (5 * 3_600_000)
    room = viewer // 7 % 2
    cover = np.array(COVERS)[viewer // 3 % 3 if platform.name == "app" else dice.integers(0, 3, shown)]
    views = pl.DataFrame({
        "at": at, "viewer": viewer, "market": market, "cover_id": cover,
        "broadcast_id": np.char.add(np.char.add(market, "-"), np.char.add(block.astype(str), np.char.add("-", room.astype(str)))),
        "gender": np.array(GENDERS)[np.where(dice.random(shown) < 0.05, 2, viewer % 2)], "age": np.array(AGES)[viewer % 3],
        "clicked": dice.random(shown) < 0.15,
        "entered": dice.random(shown) < 0.6,
        "ordered": dice.random(shown) < 0.1,
        # Whole seconds, so that a sum of them is one.
        "dwell": np.minimum(dice.exponential(120, shown), 1500).astype(np.int64) + 1,
        "taps_after": dice.integers(500, 20_000, shown),
        "enters_after": dice.integers(200, 5_000, shown),
    }).with_columns(entered=pl.col("entered") & pl.col("clicked")).with_columns(ordered=pl.col("ordered") & pl.col("entered"))
    events = flags(views) if platform.is_flags else single(platform, views)
    if not platform.has_viewers:
        events = events.with_columns(viewer=pl.lit(None, pl.Int64))
    return events.with_row_index("event").with_columns(
        at=(pl.col("at") * 1000).cast(pl.Datetime("us", "UTC")), credited=(pl.col("credited") * 1000).cast(pl.Datetime("us", "UTC")),
        platform=pl.lit(platform.name),
    )


def flags(views: pl.DataFrame) -> pl.DataFrame:
    dwell = pl.when("entered").then("dwell")
    return views.with_columns(credited=pl.col("at"), kind=pl.lit("show"), dwell=dwell).drop("taps_after", "enters_after")


def single(platform: Platform, views: pl.DataFrame) -> pl.DataFrame:
    """One row for each thing that happened; a leave is credited to when its visit began."""
    none = pl.lit(None, pl.Int64)
    tapped = pl.col("at") + pl.col("taps_after")
    entered = tapped + pl.col("enters_after")
    left = entered + pl.col("dwell") * 1000
    of_entry = none if platform.has_leaves else pl.col("dwell")
    parts = [views.with_columns(kind=pl.lit("show"), credited=pl.col("at"), dwell=none)]
    if platform.has_taps:
        parts.append(views.filter("clicked").with_columns(kind=pl.lit("tap"), at=tapped, credited=tapped, dwell=none))
    visits = views.filter("entered")
    parts.append(visits.with_columns(kind=pl.lit("enter"), at=entered, credited=entered, dwell=of_entry))
    if platform.has_leaves:
        parts.append(visits.with_columns(kind=pl.lit("leave"), at=left, credited=entered))
    bought = visits.filter("ordered")
    parts.append(bought.with_columns(kind=pl.lit("paid"), at=left, credited=left, dwell=none))
    return pl.concat(parts).drop("taps_after", "enters_after", "clicked", "entered", "ordered")


def places() -> list[tuple[str, pl.Expr, pl.Expr]]:
    """Each market with its date and slot of `credited`."""
    found = []
    for code, (zone, table, start) in MARKETS.items():
        wall = pl.col("credited").dt.convert_time_zone(zone).dt.replace_time_zone(None)
        hour = wall.dt.hour().cast(pl.Int32)
        slot = pl.lit(list(SLOTS[table])[-1])
        for name, begins in SLOTS[table].items():
            slot = pl.when(hour >= begins).then(pl.lit(name)).otherwise(slot)
        if start:   # what lies before the day's start is still the last slot
            slot = pl.when(hour < start).then(pl.lit(list(SLOTS[table])[-1])).otherwise(slot)
        found.append((code, (wall - timedelta(hours=start)).dt.date(), slot))
    return found


def localized(events: pl.DataFrame) -> pl.DataFrame:
    """With `local_date` and `slot`, by each market's clock."""
    parts = []
    for code, local_date, slot in places():
        mine = events.filter(pl.col("market") == code)
        parts.append(mine.with_columns(local_date=local_date, slot=slot))
    return pl.concat(parts)


def expected(platform: Platform, events: pl.DataFrame) -> pl.DataFrame:
    """The funnel of a platform on the days of the job. `events` are those that count, at the instants that count."""
    rows = localized(events).filter(pl.col("local_date").is_in(DATES))
    word = {"": "unknown"}
    rows = rows.with_columns(audience=pl.col("gender").replace(word) + " / " + pl.col("age"))
    kind = pl.col("kind")
    if platform.is_flags:
        is_seen, is_tapped, is_entered, is_paid = pl.lit(True), pl.col("clicked"), pl.col("entered"), pl.col("ordered")
    else:
        is_entered = kind == "enter"
        is_seen, is_tapped, is_paid = kind == "show", is_entered if not platform.has_taps else kind == "tap", kind == "paid"
    rows = rows.with_columns(impressions=is_seen, clicks=is_tapped, entries=is_entered, orders=is_paid)
    rows = rows.with_columns(stays=pl.col("dwell").fill_null(0) >= STAY_SECONDS, dwell_seconds=pl.col("dwell").fill_null(0))
    sums = ["impressions", "clicks", "entries", "orders", "stays", "dwell_seconds"]
    parts = [rows.group_by(KEYS).agg(pl.col(sums).sum().cast(pl.Int64))]
    viewer = ["market", "local_date", "broadcast_id", "cover_id", "viewer"]
    uniques = {"impressions": "unique_impressions", "clicks": "clickers", "entries": "entrants"}
    for flag, unique in uniques.items():
        if platform.has_viewers:
            first = rows.filter(flag).sort("credited").unique(viewer, keep="first", maintain_order=True)
            parts.append(first.group_by(KEYS).agg(pl.len().cast(pl.Int64).alias(unique)))
        else:
            parts[0] = parts[0].with_columns(pl.lit(None, pl.Int64).alias(unique))
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.join(part, on=KEYS, how="left", nulls_equal=True)
    if platform.has_viewers:
        whole = whole.with_columns(pl.col(list(uniques.values())).fill_null(0))
    something = pl.any_horizontal(pl.col(count) > 0 for count in sums)
    return whole.filter(something).select(*KEYS, *COUNTS).sort(KEYS)
