"""Exports with their configuration, what the program is asked to do with them, and what must come out."""

import json
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path

MARKETS = {"US": "America/New_York", "GB": "Europe/London", "ID": "Asia/Jakarta"}
LAST_DAY = date(2026, 11, 1)
AT = "2026-11-04T12:00:00Z"

ARCHIVE = """\
version: 1
home_timezone: Asia/Singapore
stores:
  exports: {url: "exports"}
  archive: {url: "archive"}
stay_seconds: 60
"""
SLOTS = """\
version: 1
slots:
  day_parts: {night: "00:00", morning: "06:00", afternoon: "12:00", prime: "19:00", late: "23:00"}
markets:
"""


@dataclass
class World:
    first_day: date
    last_day: date
    market_days: int
    rows: int                     # of all exports
    # Sums of the table `funnel` by market, which whoever wrote the exports knows; empty if nobody does.
    truth: dict[str, dict[str, int]] = field(default_factory=dict)
    # What the program is called with.
    command: list[str] = field(default_factory=list)


def last_days(days: int) -> list[date]:
    """So many local dates up to the last one, in order."""
    return [LAST_DAY - timedelta(days=back) for back in reversed(range(days))]


def configure(folder: Path, platform: str) -> None:
    """The configuration of a platform in three markets, but for the platform's own file."""
    (folder / "config/platforms").mkdir(parents=True)
    (folder / "config/archive.yaml").write_text(ARCHIVE)
    (folder / "config/brief.yaml").write_text("version: 1\n")   # as the demo's nights have it
    markets = (f"  {code}: {{timezone: {zone}, slots: day_parts}}\n" for code, zone in MARKETS.items())
    (folder / "config/markets.yaml").write_text(SLOTS + "".join(markets))
    (folder / "jobs").mkdir()
    job = f"version: 1\nplatforms: [{platform}]\nmarkets: [{', '.join(MARKETS)}]\nlookback_days: 7\n"
    (folder / "jobs/nightly.yaml").write_text(job)


def backfilled(days: list[date], rows: int, truth: dict[str, dict[str, int]]) -> World:
    """A world of one platform in three markets, all of whose days are asked for at once."""
    command = ["backfill", "nightly", "--from", str(days[0]), "--to", str(days[-1]), "--at", AT]
    return World(days[0], days[-1], len(days) * len(MARKETS), rows, truth, command)


def save(world: World, path: Path) -> None:
    path.write_text(json.dumps(asdict(world), default=str))


def load(path: Path) -> World:
    """The world as `save` wrote it."""
    raw = json.loads(path.read_text())
    first, last = (date.fromisoformat(raw.pop(end)) for end in ("first_day", "last_day"))
    return World(first, last, **raw)
