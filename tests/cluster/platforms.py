"""The configuration of the night."""

from pathlib import Path

import yaml
from truth import COVERS, MARKETS, NIGHT, PLATFORMS, SLOTS

KEY_ENV = "COVERLEDGER_VIEWER_GROUPS"
KEY = "a key that is made up for this test"
EVENTS = {"show": "impression", "tap": "click", "enter": "entry", "leave": "leave", "paid": "order"}
COLUMNS = {
    "event_id": "id", "occurred_at": "at", "broadcast_id": "room", "cover_id": "cover", "viewer_id": "viewer", "audience": ["gender", "age"],
    "dwell_seconds": "dwell",
}
DISPLAYS = {"impression": "displays", "click": "cover_tap"}


def event(*words: str) -> dict:
    return {"column": "kind", "values": {word: EVENTS[word] for word in words}}


def platform(name: str, path: str, form: str, zone: str, *, rows: str = "events", **more) -> dict:
    """A platform with one export of events or impressions."""
    conventions = more.pop("conventions", DISPLAYS)
    columns = COLUMNS | more.pop("columns")
    columns = {column: value for column, value in columns.items() if value is not None}
    export = {"name": name, "rows": rows, "path": path, "day": {"timezone": zone}, "late_days": 1, "format": form} | more
    return {"version": 1, "conventions": conventions, "settle": "24h", "exports": [export | {"columns": columns}]}


def platforms() -> dict[str, dict]:
    ignoring = {"column": "country", "values": {"UK": "GB"}, "otherwise": "ignore"}
    wall = {"column": "at", "format": "%Y-%m-%d %H:%M:%S%.f", "timezone": "America/Santiago", "fold": "earlier"}
    single = event("show", "tap", "enter", "paid")
    return {
        "app": platform("app", "app/{date:%Y-%m-%d}/*.csv.gz", "csv", "UTC", columns={"event": single, "market": ignoring}),
        "partner": platform(
            "partner", "partner/{market}/{date:%Y-%m-%d}/*.ndjson.gz", "ndjson", "Asia/Shanghai",
            conventions={"impression": "displays", "click": "room_entry"},
            columns={
                "event": event("show", "enter", "leave", "paid"), "market": "path", "occurred_at": {"column": "at", "format": "epoch_ms"},
            },
        ),
        "feed": platform(
            "feed", "feed/{date:%Y%m%d}/*.parquet", "parquet", "Europe/Berlin", rows="impressions", early_days=1,
            columns={
                "market": {"column": "market", "otherwise": "reject"}, "clicked": "clicked", "entered": "entered", "ordered": "ordered",
            },
        ),
        "kiosk": platform(
            "kiosk", "kiosk/{date:%Y-%m-%d}/*.csv", "csv", "America/Santiago", late_days=0,
            columns={"event": single, "market": {"value": "CL"}, "occurred_at": wall, "event_id": None, "viewer_id": None},
        ),
        "edges": platform("edges", "edges/{date:%Y-%m-%d}/*.csv.gz", "csv", "UTC", columns={"event": single, "market": ignoring}),
        "studio": studio(),
        "player": player(),
    }


def studio() -> dict:
    day = {"timezone": "UTC"}
    counts = {
        "name": "counts", "rows": "counts", "path": "studio/{date:%Y-%m-%d}/*.csv", "day": day, "format": "csv",
        "newest": {"by": "name", "per": "period"},
        "columns": {
            "period": {"start": {"column": "start", "format": "rfc3339"}, "grain": "30m"}, "market": {"column": "market"},
            "broadcast_id": "room", "cover_id": "log", "counts": {"impressions": "shown", "entries": "entered", "orders": "orders"},
        },
    }
    log = {
        "name": "covers", "rows": "covers", "path": "studio/covers/*.csv", "format": "csv", "newest": {"by": "name", "per": "broadcast"},
        "columns": {
            "from": {"column": "from", "format": "rfc3339"}, "until": {"column": "until", "format": "rfc3339"},
            "market": {"column": "market", "otherwise": "ignore"}, "broadcast_id": "broadcast", "cover_id": "cover",
        },
    }
    conventions = {"impression": "displays", "click": "room_entry"}
    return {"version": 1, "conventions": conventions, "settle": "24h", "exports": [counts, log]}


def player() -> dict:
    views = {
        "name": "views", "rows": "quality", "grain": "view", "path": "player/{date:%Y-%m-%d}/*.csv", "day": {"timezone": "UTC"},
        "late_days": 1, "format": "csv",
        "columns": {
            "view_id": "view", "occurred_at": "at", "market": {"column": "country", "otherwise": "ignore"}, "broadcast_id": "room",
            "viewer_id": "viewer", "first_frame_ms": "first_frame_ms", "stall_ms": "stall_ms", "watch_ms": "watch_ms",
        },
    }
    return {"version": 1, "of": "app", "settle": "24h", "exports": [views]}


def experiments() -> dict[str, dict]:
    window = {"from": "2026-03-29", "to": "2026-04-04"}
    split = {"design": "split", "platforms": ["app"], "markets": ["DE", "US"], "covers": COVERS, "split": {"broadcasts": 20}}
    rotation = {
        "design": "rotation", "platforms": ["feed"], "markets": ["GB", "CL"], "covers": COVERS[:2], "rotation": {"turn": "30m", "seed": 7},
    }
    return {"hero": split | {"version": 1, "window": window}, "turns": rotation | {"version": 1, "window": window}}


def archive(url: str, engine: object = "local") -> dict:
    """`config/archive.yaml` with the archive in a place and an engine that counts."""
    return {
        "version": 1, "home_timezone": "Asia/Shanghai", "stores": {"exports": {"url": "exports"}, "archive": {"url": url}},
        "viewer_groups": {"key_env": KEY_ENV}, "threads": 2,
    } | ({} if engine == "local" else {"engine": engine})


def put(path: Path, value: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(value, sort_keys=False, allow_unicode=True))


def write_configuration(folder: Path, lookback_days: int, short: bool) -> None:
    """The whole configuration, or that of `app` alone, of which nothing is decided."""
    config = folder / "config"
    put(config / "archive.yaml", archive("archive"))
    slots = {table: {name: f"{hour:02}:00" for name, hour in parts.items()} for table, parts in SLOTS.items()}
    places = {code: {"timezone": zone, "slots": table, "day_starts_at": f"{start:02}:00"} for code, (zone, table, start) in MARKETS.items()}
    put(config / "markets.yaml", {"version": 1, "slots": slots, "markets": places})
    names = ["app"] if short else [platform.name for platform in PLATFORMS] + ["studio", "player"]
    for name in names:
        put(config / f"platforms/{name}.yaml", platforms()[name])
    if not short:
        for name, value in experiments().items():
            put(config / f"experiments/{name}.yaml", value)
        put(config / "decisions.yaml", {"version": 1, "window_days": 9, "period_days": 3})
        put(config / "brief.yaml", {"version": 1})
    job = {"version": 1, "platforms": names, "markets": list(MARKETS), "lookback_days": lookback_days}
    put(folder / "jobs/nightly.yaml", job)
    (folder / "truth/at.txt").write_text(NIGHT)
