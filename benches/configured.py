"""The job of a demo's folder, read from the same configuration that coverledger reads."""

import importlib.util
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo

from job import File, Job, Market, Source


def module_of(path: Path) -> ModuleType:
    """The module in a file, without its folder on the path: the names of others beside it would come before Python's own."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module   # where its dataclasses look for it
    spec.loader.exec_module(module)
    return module


reference = module_of(Path(__file__).resolve().parent.parent / "tests/reference.py")


def to_ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def read_job(folder: Path, first_day: date, last_day: date, dedup: bool) -> Job:
    """The job of a demo's folder, for local dates from the first day to the last."""
    settings = reference.yaml.load((folder / "config/archive.yaml").read_text(), reference.yaml.BaseLoader)
    markets = reference.read_markets(folder / "config")
    platforms = [reference.read_platform(folder, path.stem) for path in sorted((folder / "config/platforms").glob("*.yaml"))]
    sources = [source_of(platform, export, markets, first_day, last_day) for platform in platforms for export in platform.exports]
    slots = sorted({name for market in markets.values() for name, _ in market.slots})
    epoch = date(1970, 1, 1)
    return Job(sources, int(settings["stay_seconds"]), (first_day - epoch).days, (last_day - epoch).days, slots, dedup)


def source_of(platform: reference.Platform, export: reference.Export, markets: dict[str, reference.Market], first: date, last: date) -> Source:
    columns = export.spec["columns"]
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=3)
    files = [File(item.path, to_ms(item.begin), to_ms(item.end)) for item in export.objects]
    needed = needed_span(markets, first, last)
    instant = columns["occurred_at"] if isinstance(columns["occurred_at"], dict) else {"column": columns["occurred_at"]}
    written, shift = instant.get("format", "rfc3339"), 0
    if "timezone" in instant:
        zone = ZoneInfo(instant["timezone"])
        shifts = {offset for _, offset in offsets_of(zone, begin, end)}
        if len(shifts) != 1:
            raise SystemExit(f"{platform.code}: the peers do not know gaps and folds of {zone}")
        shift = -shifts.pop()
    rule = columns["market"]
    words = rule.get("values", {})
    is_events = export.spec["rows"] == "events"
    flags = {columns[key]: event for key, event in reference.FLAGS.items() if key in columns}
    events = {word: event for word, event in columns["event"]["values"].items() if event != "ignore"} if is_events else {}
    return Source(
        platform=platform.code,
        format=export.spec["format"],
        files=[item for item in files if item.begin < needed[1] and item.end > needed[0]],
        columns=list(export.columns),
        event_id=columns.get("event_id"),
        occurred_at=instant["column"],
        written=written,
        shift=shift,
        market=rule["column"],
        markets=[
            Market(
                code,
                [code, *(word for word, of in words.items() if of == code)],
                offsets_of(ZoneInfo(market.zone), begin, end),
                market.day_start_seconds * 1000,
                [(name, start * 1000) for name, start in market.slots],
            )
            for code, market in markets.items()
        ],
        broadcast_id=columns["broadcast_id"],
        cover_id=columns["cover_id"],
        viewer_id=columns["viewer_id"],
        audience=columns["audience"],
        dwell=columns["dwell_seconds"],
        event=columns["event"]["column"] if is_events else None,
        words=events,
        flags=flags,
        entry_is_click=platform.conventions["click"] == "room_entry" and "click" not in {*events.values(), *flags.values()},
        text_ids="event_id" in columns and export.columns[columns["event_id"]] == "VARCHAR",
    )


def needed_span(markets: dict[str, reference.Market], first: date, last: date) -> tuple[int, int]:
    """The instants that can fall into one of the local dates."""
    begins, ends = [], []
    for market in markets.values():
        zone, start = ZoneInfo(market.zone), timedelta(seconds=market.day_start_seconds)
        begins.append(datetime(first.year, first.month, first.day, tzinfo=zone) + start)
        ends.append(datetime(last.year, last.month, last.day, tzinfo=zone) + timedelta(days=1) + start)
    return to_ms(min(begins)), to_ms(max(ends))


def offsets_of(zone: ZoneInfo, begin: datetime, end: datetime) -> list[tuple[int, int]]:
    """The offsets of a zone between two instants, each with the instant from which on it holds, to the minute."""
    found = []
    at = begin
    while at < end:
        offset = round(at.astimezone(zone).utcoffset().total_seconds() * 1000)
        if not found or found[-1][1] != offset:
            found.append((to_ms(at), offset))
        at += timedelta(minutes=15)
    return found
