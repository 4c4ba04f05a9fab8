"""What every peer is asked to do.

For each export its files, the names of its columns and how it writes an event, a market and an instant; for each market
its clock, as the offsets that hold in the exports' days. Everything is in numbers that an engine can compute with:
milliseconds since 1970, milliseconds since the start of a local day, and small codes. It reaches a peer as JSON, so that
a peer's process needs nothing but its engine.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

DAY_MS = 86_400_000
EVENTS = ("impression", "click", "entry", "leave", "order")
COUNTS = (
    "impressions", "unique_impressions", "clicks", "clickers", "entries", "entrants", "stays", "dwell_seconds", "orders",
)
KEYS = {
    "funnel": ("platform", "market", "local_date", "slot", "audience", "broadcast_id", "cover_id"),
    "slot_audience": ("platform", "market", "local_date", "slot", "audience"),
}


@dataclass
class Market:
    code: str
    words: list[str]                  # how the export writes it
    offsets: list[tuple[int, int]]   # (instant from which on, what to add to an instant to get the local clock), in order
    day_start: int
    slots: list[tuple[str, int]]      # name, milliseconds since the start of the local day, in order


@dataclass
class File:
    path: str
    begin: int   # a row before this is not of this file
    end: int     # nor one from here on


@dataclass
class Source:
    """One export of one platform."""

    platform: str
    format: str                    # parquet, csv or ndjson
    files: list[File]
    columns: list[str]             # all columns of a file, in their order (parquet and csv)
    event_id: str | None           # None: nothing to tell duplicates by
    occurred_at: str
    written: str                   # rfc3339, epoch_ms, or a pattern of strftime
    shift: int                     # what to add to a written wall clock to get the instant
    market: str
    markets: list[Market]
    broadcast_id: str
    cover_id: str
    viewer_id: str
    audience: list[str]
    dwell: str
    event: str | None              # None: rows are impressions with flags
    words: dict[str, str]          # how the export writes an event → event
    flags: dict[str, str]          # column of a flag → event
    entry_is_click: bool
    text_ids: bool                 # whether event ids are text


@dataclass
class Job:
    sources: list[Source]
    stay_seconds: int
    first_day: int     # days since 1970
    last_day: int      # inclusive
    slots: list[str]   # all names of slots; the code of a slot is its place here
    dedup: bool


def save(job: Job, path: Path) -> None:
    path.write_text(json.dumps(asdict(job), indent=1))


def load(path: Path) -> Job:
    """The job as `save` wrote it."""
    raw = json.loads(path.read_text())
    sources = []
    for source in raw.pop("sources"):
        files = [File(**item) for item in source.pop("files")]
        markets = [Market(**item) for item in source.pop("markets")]
        sources.append(Source(files=files, markets=markets, **source))
    return Job(sources=sources, **raw)
