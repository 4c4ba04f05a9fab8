"""Counts a demo's exports with DuckDB, and compares every number with what coverledger published.

    python tests/reference.py DIR                       DIR/archive/slot_audience against DuckDB's own count of DIR/exports,
                                                        and broadcast_minutes, where DIR/config/brief.yaml asks for it
    python tests/reference.py DIR --time-only           DuckDB's job alone: wall seconds and peak memory, for the benchmark

It shares no code with the program: it reads DIR/config for the names of columns and for the markets, and does the
rest in SQL. One platform is one query: read and check records, drop what lies outside an export's days and what came
twice, put each instant on its market's clock (one zone conversion per market), count, and credit each viewer once, to
the slot and audience of the first touch. With `--time-only` the tables are written to Parquet as the program does,
and ties between equal instants fall as they may, which spares DuckDB work that the program does.
"""

import argparse
import glob
import gzip
import re
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import yaml

DEMO_MORNING = "2026-11-02T12:00:00Z"   # when `coverledger demo` runs its job
Z = 1.959963984540054   # the 97.5 % quantile of the normal distribution: a 95 % interval
KEYS = ["platform", "market", "local_date", "slot", "audience"]
COUNTS = [
    "impressions", "unique_impressions", "clicks", "clickers", "entries", "entrants", "stays", "dwell_seconds", "orders",
]
RATES = {
    "ctr": ("clicks", "impressions"),
    "effective_ctr": ("entrants", "impressions"),
    "click_conversion": ("orders", "entrants"),
    "viewer_ctr": ("clickers", "unique_impressions"),
    "stay_rate": ("stays", "entries"),
}
COUNT_COLUMNS = [name + end for name in COUNTS for end in ("", "_low", "_high")]
RATE_COLUMNS = [name + end for name in RATES for end in ("", "_low", "_high")]
COLUMNS = [
    *KEYS, *COUNT_COLUMNS, "derived", "prorated_impressions", "prorated_entries", "day_match",
    *RATE_COLUMNS, "mean_dwell_seconds", "slot_seconds", "slot_start_local", "slot_start_utc",
    "impression_basis", "click_event", "unique_basis", "convention_since", "provisional", "revision",
    "partly_known", "orphan_clicks",
]
MINUTES_KEYS = ["platform", "market", "local_date", "broadcast_id", "cover_id", "minute_start_utc"]
MINUTES_COUNTS = ["impressions", "clicks", "entries", "stays", "orders"]
MINUTES_COLUMNS = [
    *MINUTES_KEYS, "minutes", *MINUTES_COUNTS,
    "impression_basis", "click_event", "unique_basis", "convention_since", "provisional", "revision",
]
FLAGS = {"clicked": "click", "entered": "entry", "ordered": "order"}
FLOATS = {"dwell_seconds", "dwell_seconds_low", "dwell_seconds_high", "day_match", "mean_dwell_seconds", *RATE_COLUMNS}
TOLERANCE = 1e-12


def text(value: str) -> str:
    """A SQL string."""
    return "'" + str(value).replace("'", "''") + "'"


def name(value: str) -> str:
    """A SQL identifier."""
    return '"' + value.replace('"', '""') + '"'


# ----------------------------------------------------------------------------------------- configuration


@dataclass
class Market:
    code: str
    zone: str
    day_start_seconds: int
    slots: list[tuple[str, int]]   # name, seconds after the day's start, in order


@dataclass
class Object:
    """An export file, and the instants that it may hold."""

    path: str
    export_date: date | None
    begin: datetime
    end: datetime


@dataclass
class Export:
    spec: dict
    objects: list[Object]
    columns: dict[str, str]   # name → DuckDB type


@dataclass
class Platform:
    code: str
    conventions: dict
    settle_seconds: int
    exports: list[Export]


def seconds_of(wall: str) -> int:
    hours, minutes = wall.split(":")[:2]
    return int(hours) * 3600 + int(minutes) * 60


def read_markets(config: Path) -> dict[str, Market]:
    spec = yaml.load((config / "markets.yaml").read_text(), yaml.BaseLoader)
    markets = {}
    for code, market in spec["markets"].items():
        start = seconds_of(market.get("day_starts_at", "00:00"))
        slots = [(slot, (seconds_of(at) - start) % 86_400) for slot, at in spec["slots"][market["slots"]].items()]
        markets[code] = Market(code, market["timezone"], start, sorted(slots, key=lambda slot: slot[1]))
    return markets


def find_objects(exports: Path, spec: dict) -> list[Object]:
    """The files of a path pattern, each with the days its name allows."""
    parts = re.split(r"\{date:([^}]*)\}", spec["path"])
    literals, formats = parts[0::2], parts[1::2]
    digits = {"%Y": r"\d{4}", "%m": r"\d{2}", "%d": r"\d{2}"}
    pattern = "".join(
        re.escape(literal).replace(r"\*", "[^/]*") + (f"({as_digits(formats[place], digits)})" if place < len(formats) else "")
        for place, literal in enumerate(literals)
    )
    wildcard = "".join(literal + ("*" if place < len(formats) else "") for place, literal in enumerate(literals))
    zone = ZoneInfo(spec["day"]["timezone"])
    early, late = int(spec.get("early_days", 0)), int(spec.get("late_days", 0))
    found = []
    for path in sorted(glob.glob(str(exports / wildcard))):
        match = re.fullmatch(pattern, str(Path(path).relative_to(exports)))
        if not match:
            continue
        if not formats:
            found.append(Object(path, None, datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)))
            continue
        day = datetime.strptime("".join(match.groups()), "".join(formats)).date()
        begin, end = day - timedelta(days=late), day + timedelta(days=early + 1)
        found.append(Object(path, day, first_instant(begin, zone), first_instant(end, zone)))
    return found


def as_digits(pattern: str, digits: dict[str, str]) -> str:
    return re.sub(r"%[Ymd]", lambda match: digits[match[0]], pattern)


def first_instant(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def read_platform(demo: Path, code: str) -> Platform:
    spec = yaml.load((demo / "config/platforms" / f"{code}.yaml").read_text(), yaml.BaseLoader)
    exports = []
    for export in spec["exports"]:
        objects = find_objects(demo / "exports", export)
        if not objects:
            raise SystemExit(f"{code}: no exports at {demo / 'exports' / export['path']}")
        exports.append(Export(export, objects, column_types(export, objects[0].path)))
    settle = spec["settle"]
    return Platform(code, spec["conventions"], int(settle[:-1]) * SETTLE_UNITS[settle[-1]], exports)


def column_types(spec: dict, path: str) -> dict[str, str]:
    if spec["format"] == "parquet":
        described = duckdb.sql(f"describe from read_parquet({text(path)})").fetchall()
        return {row[0]: row[1] for row in described}
    if spec["format"] in ("csv", "tsv"):
        opener = gzip.open if Path(path).read_bytes()[:2] == b"\x1f\x8b" else open
        with opener(path, "rt", encoding="utf-8-sig") as file:
            header = file.readline().rstrip("\r\n")
        return dict.fromkeys(header.split("," if spec["format"] == "csv" else "\t"), "VARCHAR")
    return dict.fromkeys(mapped_columns(spec), "VARCHAR")


def mapped_columns(spec: dict) -> list[str]:
    """The columns of an export that the configuration names."""
    named = []
    for value in spec["columns"].values():
        if isinstance(value, list):
            named += value
        elif isinstance(value, str):
            named.append(value)
        elif "column" in value:
            named.append(value["column"])
    return named


# --------------------------------------------------------------------------------------------------- SQL


class Query:
    """The SQL of one platform."""

    def __init__(self, platform: Platform, markets: dict[str, Market], stay_seconds: int, exact: bool):
        self.platform, self.markets, self.stay_seconds, self.exact = platform, markets, stay_seconds, exact
        self.has_ids = all("event_id" in export.spec["columns"] for export in platform.exports)
        self.offers = self._offers()

    def _offers(self) -> set[str]:
        """Which counts the exports can yield; the others are null."""
        offers = set()
        for export in self.platform.exports:
            columns = export.spec["columns"]
            if export.spec["rows"] == "events":
                events = set(columns["event"]["values"].values())
            else:
                events = {"impression", *(event for flag, event in FLAGS.items() if flag in columns)}
            if "entry" in events and self.platform.conventions["click"] == "room_entry":
                events.add("click")
            for event, count, unique in (
                ("impression", "impressions", "unique_impressions"), ("click", "clicks", "clickers"), ("entry", "entries", "entrants"),
            ):
                if event in events:
                    offers |= {count, unique} if "viewer_id" in columns else {count}
            if "dwell_seconds" in columns and events & {"entry", "leave"}:
                offers |= {"stays", "dwell_seconds"}
            if "order" in events:
                offers.add("orders")
        return offers

    def funnel(self) -> str:
        """Counts per market, local date, slot, audience, broadcast and cover."""
        touch = "(occurred_at, object, record)" if self.exact else "occurred_at"
        return f"""
with {self._local()},
placed as (
    select *, {self._by_market("local_date", self._local_date)}, {self._by_market("slot", self._slot)},
        {self._by_market("first_hour_over", self._first_hour_over)}
    from local
),
-- One row per viewer and cell, which is where most of the rows go.
visits as (
    select market, local_date, slot, audience, broadcast_id, cover_id, viewer_id,
        sum(is_impression::bigint) as impressions, sum(is_click::bigint) as clicks, sum(is_entry::bigint) as entries,
        sum((is_click and not is_impression and occurred_at >= first_hour_over)::bigint) as lone_clicks,
        count(*) filter (has_dwell and dwell >= {self.stay_seconds}) as stays,
        sum(dwell) filter (has_dwell) as dwell_seconds, sum(is_order::bigint) as orders,
        min({touch}) filter (is_impression) as saw, min({touch}) filter (is_click) as clicked,
        min({touch}) filter (is_entry) as entered
    from placed group by all
),
-- Each viewer counts once a day for a cover: in the cell of the first touch. Few have touched in more than one.
wanderers as (
    select market, local_date, broadcast_id, cover_id, viewer_id,
        min(saw) as first_saw, min(clicked) as first_clicked, min(entered) as first_entered
    from visits group by all having count(*) > 1
),
touched as (
    select visits.*, saw = coalesce(first_saw, saw) as is_first_saw, clicked = coalesce(first_clicked, clicked) as is_first_clicked,
        entered = coalesce(first_entered, entered) as is_first_entered, coalesce(first_saw, saw) is null as saw_nothing
    from visits left join wanderers using (market, local_date, broadcast_id, cover_id, viewer_id)
),
counted as (
    select market, local_date, slot, audience, broadcast_id, cover_id,
        sum(impressions) as impressions, count(*) filter (is_first_saw) as unique_impressions,
        sum(clicks) as clicks, count(*) filter (is_first_clicked) as clickers,
        sum(entries) as entries, count(*) filter (is_first_entered) as entrants,
        sum(stays) as stays, sum(dwell_seconds) as dwell_seconds, sum(orders) as orders,
        sum(lone_clicks) filter (saw_nothing) as orphan_clicks
    from touched group by all
    having impressions + clicks + entries + stays + orders + coalesce(dwell_seconds, 0) > 0
)
select {text(self.platform.code)} as platform, market, local_date, slot, audience, broadcast_id, cover_id,
    {", ".join(f"{self._offered(count)} as {count}" for count in COUNTS)}, {self._orphan_clicks()} as orphan_clicks,
    {text(self.platform.conventions["impression"])} as impression_basis, {text(self.platform.conventions["click"])} as click_event
from counted
"""

    def _local(self) -> str:
        """Every event once, with what the market's clock showed when it happened."""
        as_click = "is_entry" if self._entry_is_click() else "is_click"
        return f"""once as ({self._once()}),
local as (
    select *, {self._by_market("wall", self._wall)}
    from (select * replace ({as_click} as is_click), {self._evidence_at()} as evidence_at from once)
)"""

    def minutes(self) -> str:
        """Counts per market, local date, broadcast, cover and five minutes of UTC."""
        return f"""
with {self._local()},
placed as (
    select *, {self._by_market("local_date", self._local_date)}, time_bucket(interval 5 minute, evidence_at) as minute_start_utc
    from local
),
counted as (
    select market, local_date, broadcast_id, cover_id, minute_start_utc,
        sum(is_impression::bigint) as impressions, sum(is_click::bigint) as clicks, sum(is_entry::bigint) as entries,
        count(*) filter (has_dwell and dwell >= {self.stay_seconds}) as stays, sum(is_order::bigint) as orders
    from placed group by all
    having impressions + clicks + entries + stays + orders > 0
)
select {text(self.platform.code)} as platform, market, local_date, broadcast_id, cover_id, minute_start_utc, 5::bigint as minutes,
    {", ".join(f"{self._offered(count)} as {count}" for count in MINUTES_COUNTS)},
    {text(self.platform.conventions["impression"])} as impression_basis, {text(self.platform.conventions["click"])} as click_event
from counted
"""

    def _once(self) -> str:
        """Every event once: the earliest of those with the same id, then the first by object and record."""
        if not self.has_ids:
            return self._signals()
        if self.exact:
            order = "occurred_at, object, record"
            return f"select * from ({self._signals()}) qualify row_number() over (partition by event_id order by {order}) = 1"
        # The same, without sorting the millions of rows that came once.
        return f"""
{self._signals("not in (from twice)")}
union all
select * from ({self._signals("in (from twice)")}) qualify row_number() over (partition by event_id order by occurred_at) = 1"""

    def twice(self) -> str:
        """The ids that came more than once, good records or not."""
        ids = " union all ".join(
            f"select {name(export.spec['columns']['event_id'])} as event_id from ({self._records(export)})"
            for export in self.platform.exports
        )
        return f"select event_id from ({ids}) where event_id is not null group by event_id having count(*) > 1"

    def _entry_is_click(self) -> bool:
        mapped = any(
            "click" in export.spec["columns"].get("event", {}).get("values", {}).values() or "clicked" in export.spec["columns"]
            for export in self.platform.exports
        )
        return self.platform.conventions["click"] == "room_entry" and not mapped

    def _offered(self, count: str) -> str:
        kind = "double" if count == "dwell_seconds" else "bigint"
        return f"coalesce({count}, 0)::{kind}" if count in self.offers else f"null::{kind}"

    def _orphan_clicks(self) -> str:
        """Clicks without an impression, where both are told of viewers who are known, and an entry is no click."""
        told = {"unique_impressions", "clickers"} <= self.offers and not self._entry_is_click()
        return "coalesce(orphan_clicks, 0)::bigint" if told else "null::bigint"

    def _by_market(self, result: str, value) -> str:
        cases = " ".join(f"when {text(market.code)} then {value(market)}" for market in self.markets.values())
        return f"case market {cases} end as {result}"

    @staticmethod
    def _evidence_at() -> str:
        """A leave speaks of the entry it ends."""
        entered_at = "make_timestamptz(epoch_us(occurred_at) - (dwell * 1e6)::bigint)"
        return f"case when is_leave and dwell is not null then {entered_at} else occurred_at end"

    @staticmethod
    def _wall(market: Market) -> str:
        """What the market's clock showed."""
        return f"timezone({text(market.zone)}, evidence_at)"

    @staticmethod
    def _local_date(market: Market) -> str:
        return f"(wall - interval {market.day_start_seconds} second)::date" if market.day_start_seconds else "wall::date"

    @staticmethod
    def _first_hour_over(market: Market) -> str:
        """The end of the day's first hour: the impressions of clicks before it may be of the day before."""
        date = f"(wall - interval {market.day_start_seconds} second)::date"
        return f"timezone({text(market.zone)}, {date} + interval {market.day_start_seconds} second) + interval 1 hour"

    @staticmethod
    def _slot(market: Market) -> str:
        shifted = f"(wall - interval {market.day_start_seconds} second)" if market.day_start_seconds else "wall"
        # The clock's own seconds since the day's start: hour by hour, so that a doubled hour has its slot twice.
        elapsed = f"(hour({shifted}) * 3600 + minute({shifted}) * 60 + second({shifted}))"
        slots = " ".join(f"when {elapsed} >= {start} then {text(slot)}" for slot, start in reversed(market.slots[1:]))
        return f"case {slots} else {text(market.slots[0][0])} end" if slots else text(market.slots[0][0])

    # One export: from records to signals.

    def _signals(self, ids: str | None = None) -> str:
        return "\nunion all by name\n".join(self._signals_of(export, ids) for export in self.platform.exports)

    def _signals_of(self, export: Export, ids: str | None) -> str:
        return f"""
select signal.* exclude (begin_at, end_at) from (
    select mapped.*, objects.begin_at, objects.end_at from ({self._mapped(export, ids)}) as mapped join objects using (object)
) as signal
where occurred_at >= begin_at and occurred_at < end_at and {self._needed(export)}
"""

    def _mapped(self, export: Export, ids: str | None) -> str:
        """One row a record, in our words. Whatever a record lacks or cannot be read is null."""
        columns = export.spec["columns"]
        event, flags = self._events(columns) if export.spec["rows"] == "events" else self._flags(columns)
        named = ", ".join(f"{value} as is_{flag}" for flag, value in flags.items())
        by_event, by_flag = (f"{named},", "") if export.spec["rows"] == "events" else ("", f"{named},")
        dwell = columns.get("dwell_seconds")
        dwell_value = f"try_cast({name(dwell)} as double)" if dwell else "null::double"
        return f"""
    select *, {by_event} dwell is not null and (is_entry or is_leave) as has_dwell
    from (
        select object, record, {by_flag}
            {self._id(export, columns["event_id"]) if "event_id" in columns else "null"} as event_id,
            {self._instant(columns["occurred_at"])} as occurred_at,
            {event} as event,
            {self._market(columns["market"])} as market,
            {self._text_rule(export, columns["broadcast_id"])} as broadcast_id,
            {self._text_rule(export, columns["cover_id"])} as cover_id,
            {self._id(export, columns["viewer_id"]) if "viewer_id" in columns else "null"} as viewer_id,
            {self._audience(columns.get("audience", []))} as audience,
            {dwell_value} as dwell,
            {f"{name(dwell)} is null or coalesce({dwell_value} >= 0, false)" if dwell else "true"} as dwell_is_good
        from ({self._records(export)}) {f"where {name(columns['event_id'])} {ids}" if ids else ""}
    )"""

    @staticmethod
    def _needed(export: Export) -> str:
        """What a record must have to count."""
        needed = ["event", "market", "broadcast_id", "cover_id"]
        needed += [column for column in ("event_id", "viewer_id") if column in export.spec["columns"]]
        return " and ".join(f"{column} is not null" for column in needed) + " and dwell_is_good"

    @staticmethod
    def _events(columns: dict) -> tuple[str, dict[str, str]]:
        """Rows that are one event each; an event that is ignored is as good as none."""
        rule = columns["event"]
        words = {word: event for word, event in rule["values"].items() if event != "ignore"}
        cases = " ".join(f"when {text(word)} then {text(event)}" for word, event in words.items())
        flags = {flag: f"event = {text(flag)}" for flag in ("impression", "click", "entry", "leave", "order")}
        return f"case {name(rule['column'])} {cases} end", flags

    @staticmethod
    def _flags(columns: dict) -> tuple[str, dict[str, str]]:
        """Rows that are one impression each, with flags for what followed."""

        def flag(key: str) -> str:
            return f"coalesce(try_cast({name(columns[key])} as boolean), false)" if key in columns else "false"

        return "'impression'", {"impression": "true", "leave": "false"} | {event: flag(key) for key, event in FLAGS.items()}

    def _records(self, export: Export) -> str:
        paths = "[" + ", ".join(text(item.path) for item in export.objects) + "]"
        layout = export.spec["format"]
        if layout == "parquet":
            record = "file_row_number" if self.exact else "0"
            options = "filename = true" + (", file_row_number = true" if self.exact else "")
            return f"select *, filename as object, {record} as record from read_parquet({paths}, {options})"
        record = "row_number() over ()" if self.exact else "0"
        types = "{" + ", ".join(f"{text(column)}: 'VARCHAR'" for column in export.columns) + "}"
        if layout == "ndjson":
            source = f"read_json({paths}, format = 'newline_delimited', columns = {types}, ignore_errors = true, filename = true)"
        else:
            delimiter = "," if layout == "csv" else "\t"
            source = (
                f"read_csv({paths}, auto_detect = false, header = true, columns = {types}, delim = {text(delimiter)}, "
                "quote = '\"', escape = '\"', null_padding = false, ignore_errors = true, filename = true)"
            )
        return f"select *, filename as object, {record} as record from {source}"

    @staticmethod
    def _id(export: Export, column: str) -> str:
        """An id; null when it is missing or when a spreadsheet took it for a number."""
        if export.columns[column] != "VARCHAR":
            return name(column)
        mangled = r"'^-?[0-9](\.[0-9]+)?[eE]\+[0-9]+$'"
        is_mangled = f"(contains({name(column)}, '+') and regexp_full_match({name(column)}, {mangled}))"
        return f"case when {name(column)} <> '' and not {is_mangled} then {name(column)} end"

    def _text_rule(self, export: Export, rule: str | dict) -> str:
        if isinstance(rule, dict) and "value" in rule:
            return text(rule["value"])
        return self._id(export, rule if isinstance(rule, str) else rule["column"])

    def _market(self, rule: dict | str) -> str:
        """A market's code; null for a reject and for one that the configuration ignores."""
        if isinstance(rule, str):
            rule = {"column": rule}
        if "value" in rule:
            return text(rule["value"])
        names = {code: code for code in self.markets} | rule.get("values", {})
        otherwise = rule.get("otherwise", "reject")
        rest = "null" if otherwise in ("reject", "ignore") else text(otherwise)
        words = " ".join(f"when {text(word)} then {text(code)}" for word, code in names.items())
        column = name(rule["column"])
        return f"case when {column} is not null then case {column} {words} else {rest} end end"

    @staticmethod
    def _instant(rule: dict | str) -> str:
        """An instant; null when it cannot be read."""
        rule = {"column": rule} if isinstance(rule, str) else rule
        column, written = name(rule["column"]), rule.get("format", "rfc3339")
        if written == "rfc3339":
            return f"try_cast({column} as timestamptz)"
        if written.startswith("epoch_"):
            unit = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}[written]
            return f"make_timestamptz(try_cast({column} as bigint) * {unit})"
        steady = {ZoneInfo(rule["timezone"]).utcoffset(datetime(year, month, 1)) for year in (2026, 2027) for month in range(1, 13)}
        if len(steady) != 1:
            raise SystemExit(f"the reference does not know what to do with gaps and folds of {rule['timezone']}")
        return f"timezone({text(rule['timezone'])}, try_strptime({column}, {text(written)}))"

    @staticmethod
    def _audience(columns: list[str]) -> str:
        if not columns:
            return "'all'"
        return " || ' / ' || ".join(f"coalesce(nullif({name(column)}, ''), 'unknown')" for column in columns)


SETTLE_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
SLOT_TIMES = """
-- The slots as they fell, minute by minute: what the market's clock showed, and for how long.
create or replace temp table slot_times as
with minutes as (
    select market, minute_at from zones, (select unnest(range(first_at, last_at, interval 1 minute)) as minute_at from span)
),
local as (select market, minute_at, {wall} from minutes),
placed as (select *, {local_date}, {slot} from local)
select market, local_date, slot, count(*) * 60 as slot_seconds, min(minute_at) as slot_start_utc,
    arg_min(wall, minute_at) as slot_start_local,
    max(max(minute_at)) over (partition by market, local_date) + interval 1 minute as day_end
from placed group by market, local_date, slot
"""


def wilson(successes: str, trials: str, sign: str) -> str:
    """A bound of the 95 % Wilson score interval. Wilson, E. B. (1927), JASA 22, 209–212."""
    share = f"({successes} / {trials})"
    reach = f"{Z} * sqrt({share} * (1 - {share}) / {trials} + {Z * Z} / (4 * {trials} * {trials}))"
    return f"({share} + {Z * Z} / (2 * {trials}) {sign} {reach}) / (1 + {Z * Z} / {trials})"


def rates() -> str:
    """Ratios of summed counts; null without a denominator, intervals also where successes exceed trials."""
    columns = []
    for rate, (successes, trials) in RATES.items():
        columns.append(f"case when {trials} > 0 then {successes} / {trials} end as {rate}")
        for end, sign in (("low", "-"), ("high", "+")):
            inside = f"{trials} > 0 and {successes} <= {trials}"
            columns.append(f"case when {inside} then {wilson(successes, trials, sign)} end as {rate}_{end}")
    columns.append("case when entries > 0 then dwell_seconds / entries end as mean_dwell_seconds")
    return ", ".join(columns)


def exact_counts() -> str:
    """What is counted event by event has no doubt: bounds that are the counts, nothing derived, nothing split."""
    counts = ", ".join(f"{count}, {count} as {count}_low, {count} as {count}_high" for count in COUNTS)
    split = ", ".join(f"case when {count} is not null then 0::bigint end as prorated_{count}" for count in ("impressions", "entries"))
    return f"{counts}, null::varchar as derived, {split}, null::double as day_match"


def slot_audience(at: str) -> str:
    """The table as of an instant, from `funnel`, `slot_times` and `settle`."""
    return f"""
select {", ".join(KEYS)}, {exact_counts()}, {rates()}, slot_seconds, slot_start_local, slot_start_utc,
    impression_basis, click_event, 'first_touch' as unique_basis, null::date as convention_since,
    timestamptz {text(at)} < greatest(day_end, read_until) + to_seconds(settle_seconds) as provisional, 1::bigint as revision,
    null::varchar as partly_known, orphan_clicks
from (
    select {", ".join(KEYS)}, impression_basis, click_event,
        {", ".join(f"sum({count})::{'double' if count == 'dwell_seconds' else 'bigint'} as {count}" for count in COUNTS)},
        sum(orphan_clicks)::bigint as orphan_clicks
    from funnel group by all
) join slot_times using (market, local_date, slot) join settle using (platform, market, local_date)
order by all
"""


def broadcast_minutes(at: str) -> str:
    """The table as of an instant, from `minutes`, `slot_times` and `settle`."""
    return f"""
select {", ".join(MINUTES_KEYS)}, minutes, {", ".join(MINUTES_COUNTS)},
    impression_basis, click_event, 'first_touch' as unique_basis, null::date as convention_since,
    timestamptz {text(at)} < greatest(day_end, read_until) + to_seconds(settle_seconds) as provisional, 1::bigint as revision
from minutes join (select distinct market, local_date, day_end from slot_times) using (market, local_date)
    join settle using (platform, market, local_date)
"""


# --------------------------------------------------------------------------------------------------- job


class Reference:
    """DuckDB's count of everything under a demo's exports."""

    def __init__(self, demo: Path, threads: int, exact: bool, spill: str, at: str = DEMO_MORNING):
        self.demo, self.exact, self.at = demo, exact, at
        self.follows_broadcasts = exact and (demo / "config/brief.yaml").exists()
        settings = yaml.load((demo / "config/archive.yaml").read_text(), yaml.BaseLoader)
        self.stay_seconds = int(settings.get("stay_seconds", 60))
        self.markets = read_markets(demo / "config")
        self.platforms = [read_platform(demo, path.stem) for path in sorted((demo / "config/platforms").glob("*.yaml"))]
        self.db = duckdb.connect(config={"threads": threads, "temp_directory": spill, "preserve_insertion_order": exact})
        self.db.execute("set TimeZone = 'UTC'")

    def count(self) -> None:
        """Makes the temporary tables `funnel` and `slot_times`."""
        self.db.execute("create temp table objects (object varchar, begin_at timestamptz, end_at timestamptz)")
        objects = [item for platform in self.platforms for export in platform.exports for item in export.objects]
        self.db.executemany("insert into objects values (?, ?, ?)", [[item.path, item.begin, item.end] for item in objects])
        for nth, platform in enumerate(self.platforms):
            query = Query(platform, self.markets, self.stay_seconds, self.exact)
            if not self.exact and query.has_ids:
                self.db.execute(f"create or replace temp table twice as {query.twice()}")
            make = "insert into funnel" if nth else "create temp table funnel as"
            self.db.execute(f"{make} {query.funnel()}")
            if self.follows_broadcasts:
                make = "insert into minutes" if nth else "create temp table minutes as"
                self.db.execute(f"{make} {query.minutes()}")
        self.db.execute("create temp table zones as select * from (values "
                        + ", ".join(f"({text(m.code)}, {text(m.zone)})" for m in self.markets.values()) + ") as t (market, zone)")
        self.db.execute("create temp table settle (platform varchar, market varchar, local_date date, settle_seconds bigint, read_until timestamptz)")
        self.db.executemany("insert into settle values (?, ?, ?, ?, ?)", [
            [platform.code, market, day, platform.settle_seconds, self._read_until(platform, self.markets[market], day)]
            for platform, market, day in self._days()
        ])
        self.db.execute("create temp table span as select min(local_date)::timestamptz - interval 2 day as first_at, "
                        "max(local_date)::timestamptz + interval 3 day as last_at from funnel")
        self.db.execute(SLOT_TIMES.format(
            wall=query._by_market("wall", lambda market: f"timezone({text(market.zone)}, minute_at)"),
            local_date=query._by_market("local_date", query._local_date), slot=query._by_market("slot", query._slot),
        ))

    def write(self, folder: Path) -> None:
        """Both tables as Parquet in the folders of the archive."""
        keys = "partition_by (platform, market, local_date), write_partition_columns true, compression zstd, overwrite true"
        folder.mkdir(parents=True, exist_ok=True)
        for table, query in (("funnel", "from funnel order by all"), ("slot_audience", slot_audience(self.at))):
            self.db.execute(f"copy ({query}) to {text(folder / table)} (format parquet, {keys})")

    def complete_market_days(self) -> set[tuple[str, str, date]]:
        """The market-days of the reference whose own export days are all there."""
        return {
            (platform.code, market, day)
            for platform, market, day in self._days()
            if all(self._is_complete(export, self.markets[market], day) for export in platform.exports)
        }

    def _days(self) -> list[tuple[Platform, str, date]]:
        platforms = {platform.code: platform for platform in self.platforms}
        days = self.db.sql("select distinct platform, market, local_date from funnel").fetchall()
        return [(platforms[code], market, day) for code, market, day in days]

    @staticmethod
    def _needed_dates(export: Export, market: Market, day: date) -> tuple[date, date]:
        """The first and the last day of the platform that share an instant with a market-day."""
        zone, export_zone = ZoneInfo(market.zone), ZoneInfo(export.spec["day"]["timezone"])
        begin = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(seconds=market.day_start_seconds)
        first = begin.astimezone(export_zone).date()
        last = (begin + timedelta(days=1, microseconds=-1)).astimezone(export_zone).date()
        return first, last

    @classmethod
    def _read_until(cls, platform: Platform, market: Market, day: date) -> datetime | None:
        """The end of the last date in a path whose rows may belong to a market-day: those that are late, and leaves a day
        later still, for they speak of the entry."""
        ends = []
        for export in platform.exports:
            if "day" not in export.spec:
                continue
            events = export.spec["columns"].get("event", {}).get("values", {}).values()
            late_days = int(export.spec.get("late_days", 0)) + ("dwell_seconds" in export.spec["columns"] and "leave" in events)
            over = cls._needed_dates(export, market, day)[1] + timedelta(days=late_days + 1)
            ends.append(datetime(over.year, over.month, over.day, tzinfo=ZoneInfo(export.spec["day"]["timezone"])))
        return max(ends, default=None)

    @staticmethod
    def _is_complete(export: Export, market: Market, day: date) -> bool:
        there = {item.export_date for item in export.objects}
        if None in there:
            return True
        first, last = Reference._needed_dates(export, market, day)
        return all(first + timedelta(days=offset) in there for offset in range((last - first).days + 1))


# --------------------------------------------------------------------------------------------- comparison


@dataclass
class Compared:
    """A published table, and DuckDB's."""

    name: str
    expected: str   # SQL
    keys: list[str]
    columns: list[str]


def compare(reference: Reference, archive: Path, table: Compared) -> int:
    """Prints what differs, and gives how many cells do."""
    db, keys, columns = reference.db, table.keys, table.columns
    files = f"{archive}/{table.name}/*/*/*/*.parquet"
    db.execute(f"create or replace temp table published as from {text(files)}")
    db.execute(f"create or replace temp table expected as {table.expected}")
    found = [row[0] for row in db.sql("describe published").fetchall()]
    if found != columns:
        print(f"{table.name}: columns: found {found}, expected {columns}")
        return 1

    def days_of(table: str) -> set:
        return set(db.sql(f"select distinct platform, market, local_date from {table}").fetchall())

    published, expected = days_of("published"), days_of("expected")
    dates = [day[2] for day in published]
    complete = {day for day in reference.complete_market_days() if min(dates) <= day[2] <= max(dates)}
    differences = 0
    for what, days in (("not published", complete - published), ("published without an event", published - expected)):
        differences += len(days)
        for day in sorted(days)[:20]:
            print(f"{table.name}: {what}: {day[0]}/{day[1]}/{day[2]}")

    db.execute("delete from expected where (platform, market, local_date) not in (select platform, market, local_date from published)")
    joined = f"expected full join published using ({', '.join(keys)})"
    for side, other in (("expected", "published"), ("published", "expected")):
        lonely = db.sql(f"select {', '.join(keys)} from {joined} where {side}.revision is null order by all").fetchall()
        differences += len(lonely)
        for row in lonely[:20]:
            print(f"{table.name}: only {other}: {row}")
    for column in columns[len(keys):]:
        ours, theirs = f"expected.{name(column)}", f"published.{name(column)}"
        differs = f"{ours} is distinct from {theirs}"
        if column in FLOATS:
            near = f"abs({ours} - {theirs}) <= {TOLERANCE} * greatest(1, abs({ours}))"
            differs = f"({differs}) and not coalesce({near}, false)"
        rows = db.sql(
            f"select {', '.join(keys)}, {ours}::varchar, {theirs}::varchar from expected join published using ({', '.join(keys)}) "
            f"where {differs} order by all"
        ).fetchall()
        differences += len(rows)
        for row in rows[:5]:
            print(f"{table.name}: {column}: expected {row[-2]}, published {row[-1]} at {' '.join(map(str, row[:-2]))}")
        if len(rows) > 5:
            print(f"{table.name}: {column}: and {len(rows) - 5:,} more")
    rows = db.sql("select count(*) from published").fetchall()[0][0]
    cells = rows * (len(columns) - len(keys))
    print(f"{table.name}: {len(published):,} market-days, {rows:,} rows, {cells:,} values: {differences:,} differences")
    return differences if rows else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("demo", type=Path, help="the folder that `coverledger demo` wrote")
    parser.add_argument("--archive", type=Path, help="the archive to compare with (default DIR/archive)")
    parser.add_argument("--at", default=DEMO_MORNING, help="when the archive was made (default the demo's morning)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--time-only", action="store_true", help="only count and write Parquet, and say what it took")
    args = parser.parse_args()

    with tempfile.TemporaryDirectory() as scratch:
        started = time.perf_counter()
        reference = Reference(args.demo.resolve(), args.threads, not args.time_only, scratch, args.at)
        reference.count()
        if args.time_only:
            reference.write(Path(scratch) / "archive")
            seconds = time.perf_counter() - started
            peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            busy = time.process_time()
            print(f"duckdb {duckdb.__version__}, {args.threads} threads: {seconds:.2f} s ({busy:.2f} s of processor time), "
                  f"{peak_mib:.0f} MiB at the peak")
            return 0
        tables = [Compared("slot_audience", slot_audience(args.at), KEYS, COLUMNS)]
        if reference.follows_broadcasts:
            tables.append(Compared("broadcast_minutes", broadcast_minutes(args.at), MINUTES_KEYS, MINUTES_COLUMNS))
        differences = [compare(reference, args.archive or args.demo / "archive", table) for table in tables]
        return 1 if any(differences) else 0


if __name__ == "__main__":
    sys.exit(main())
