"""Writes what happened as platforms would export it, with the configuration that reads it."""

import polars as pl

from worlds.draw import COVERS, FIRST, GRAIN_MINUTES, LEFT_SECONDS, STAYED_SECONDS
from worlds.program import Workspace

# One impression a row, with the viewer's id.
FEED = """version: 1
conventions: {impression: displays, click: room_entry}
settle: 0h
exports:
  - name: impressions
    rows: impressions
    path: "feed/{date:%Y-%m-%d}.parquet"
    day: {timezone: UTC}
    format: parquet
    columns:
      occurred_at: at
      market: {column: country, otherwise: reject}
      broadcast_id: room
      cover_id: cover
      viewer_id: viewer
      audience: []
      entered: entered
      ordered: ordered
      dwell_seconds: dwell
"""
# Totals of each broadcast and cover; no viewer has an id.
SHEET = """version: 1
conventions: {impression: displays, click: room_entry, uniques: broadcast}
settle: 0h
exports:
  - name: broadcasts
    rows: counts
    path: "sheet/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    format: csv
    newest: {by: name, per: broadcast}
    columns:
      period: {start: start, GRAIN}
      market: {column: country, otherwise: reject}
      broadcast_id: room
      cover_id: cover
      counts: {impressions: impressions, entries: entries, entrants: entrants, stays: stays, orders: orders}
"""
BROADCASTS = SHEET.replace("GRAIN", "grain: 1h")
MINUTES = SHEET.replace("GRAIN", f"grain: {GRAIN_MINUTES}m").replace("per: broadcast", "per: period")


def night_of(column: str) -> pl.Expr:
    return pl.lit(FIRST) + pl.duration(days=pl.col(column))


def named(frame: pl.DataFrame) -> pl.DataFrame:
    """Covers and dates by name."""
    return frame.with_columns(
        cover=pl.col("cover").replace_strict(dict(enumerate(COVERS)), return_dtype=pl.String), date=night_of("night"),
    )


def room() -> pl.Expr:
    """A broadcast's id. Broadcasts of a night begin at eight, nine …"""
    return pl.format("{}-{}-{}", "market", "night", "broadcast")


def starts() -> pl.Expr:
    return pl.col("date").cast(pl.Datetime("us", "UTC")) + pl.duration(hours=pl.lit(20) + pl.col("broadcast"))


def write_viewers(workspace: Workspace, happened: pl.DataFrame) -> None:
    """An impression a row; nobody's id is shared between markets."""
    dwell = pl.when("stays").then(STAYED_SECONDS).when("enters").then(LEFT_SECONDS)
    rows = named(happened).select(
        "date", at=starts() + pl.duration(seconds=pl.col("second")), country="market", room=room(), cover="cover",
        viewer=pl.format("{}-{}", "market", "viewer"), entered="enters", ordered="orders", dwell=dwell,
    )
    for (date,), of_day in rows.sort("date", "at", "viewer").partition_by("date", as_dict=True, include_key=False).items():
        of_day.write_parquet(workspace.path(f"exports/feed/{date}.parquet"))


def write_broadcasts(workspace: Workspace, happened: pl.DataFrame) -> None:
    write_sheet(workspace, named(happened).with_columns(room=room(), start=starts()))


def write_turns(workspace: Workspace, happened: pl.DataFrame) -> None:
    """One broadcast a night."""
    write_sheet(workspace, named(happened).with_columns(
        room=pl.format("{}-{}", "market", "night"), start=pl.col("start").dt.replace_time_zone("UTC"),
    ))


def write_sheet(workspace: Workspace, rows: pl.DataFrame) -> None:
    rows = rows.select(
        "date", start=pl.col("start").dt.strftime("%Y-%m-%dT%H:%M:%SZ"), country="market", room="room", cover="cover",
        impressions="impressions", entries="entries", entrants="entries", stays="stays", orders="orders",
    )
    for (date,), of_day in rows.partition_by("date", as_dict=True, include_key=False).items():
        of_day.write_csv(workspace.path(f"exports/sheet/{date}.csv"))
