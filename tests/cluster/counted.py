"""The parts of the night that are not events: counts of half hours with a log of covers, and how views went."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
from truth import COVERS, DATES, KEYS, SEED, localized

HALF_HOUR = timedelta(minutes=30)
MARKETS = ["DE", "CL", "IN"]
FIRST, LAST = datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 4, 6, tzinfo=UTC)
# A room's cover changes at these hours of UTC, which half hours do not go over.
CHANGES = [0, 9, 17]


def cover_at(room: str, at: datetime) -> str:
    turn = at.toordinal() * len(CHANGES) + sum(at.hour >= hour for hour in CHANGES)
    return COVERS[(turn + len(room)) % len(COVERS)]


def half_hours() -> pl.DataFrame:
    """The counts that are true, one row a room and half hour."""
    dice = np.random.default_rng([SEED, 100])
    rows = []
    for market in MARKETS:
        for room in (f"{market}-studio", f"{market}-stage"):
            at = FIRST
            while at < LAST + timedelta(hours=10):
                shown = int(dice.integers(0, 4000))
                entered = int(shown * dice.random() * 0.2)
                rows.append((at, market, room, cover_at(room, at), shown, entered, int(entered * 0.1)))
                at += HALF_HOUR
    names = ["at", "market", "broadcast_id", "cover_id", "impressions", "entries", "orders"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(pl.col("at").cast(pl.Datetime("us", "UTC")))


def counted_night(exports, truth) -> None:
    """A file a day, and of every third day an older one with other counts."""
    rows = half_hours().with_columns(day=pl.col("at").dt.date())
    for (day,), mine in rows.group_by("day", maintain_order=True):
        newest = mine.select(
            pl.col("at").dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("start"), "market", pl.col("broadcast_id").alias("room"),
            pl.col("impressions").alias("shown"), pl.col("entries").alias("entered"), "orders",
        )
        if day.day % 3 == 0:
            older = newest.with_columns(shown=pl.col("shown") + 10)
            exports.put(f"studio/{day}/1.csv", older.write_csv().encode(), len(older))
        exports.put(f"studio/{day}/2.csv", newest.write_csv().encode(), len(newest))
    placed = localized(rows.with_columns(credited=pl.col("at"))).filter(pl.col("local_date").is_in(DATES))
    placed = placed.with_columns(platform=pl.lit("studio"), audience=pl.lit("all"))
    counts = ["impressions", "entries", "orders"]
    sums = placed.group_by(KEYS).agg(pl.col(counts).sum()).filter(pl.any_horizontal(pl.col(counts) > 0))
    sums.sort(KEYS).write_parquet(truth)


def log_of_covers(exports) -> None:
    lines = ["market,broadcast,cover,from,until"]
    for market in MARKETS:
        for room in (f"{market}-studio", f"{market}-stage"):
            day = FIRST
            while day <= LAST:
                for hour in CHANGES:
                    at = day + timedelta(hours=hour)
                    lines.append(f"{market},{room},{cover_at(room, at)},{at:%Y-%m-%dT%H:%M:%SZ},")
                day += timedelta(days=1)
    exports.put("studio/covers/log.csv", ("\n".join(lines) + "\n").encode())


def player(exports, deliveries: pl.DataFrame) -> None:
    """Some views of app, as its player saw them."""
    dice = np.random.default_rng([SEED, 101])
    views = deliveries.filter(pl.col("kind") == "enter").unique("event").sort("event").head(20_000)
    views = views.select(
        pl.format("v{}", "event").alias("view"), pl.col("at").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").alias("at"),
        pl.col("market").alias("country"), pl.col("broadcast_id").alias("room"), pl.format("u-{}", "viewer").alias("viewer"),
        pl.Series(dice.integers(200, 900, len(views))).alias("first_frame_ms"),
        pl.Series(dice.integers(0, 3000, len(views))).alias("stall_ms"), (pl.col("dwell") * 1000 + 3000).alias("watch_ms"), "file_date",
    )
    for (day,), mine in views.group_by("file_date", maintain_order=True):
        exports.put(f"player/{day}/views.csv", mine.drop("file_date").sort("view").write_csv().encode(), len(mine))
