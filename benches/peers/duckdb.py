"""The job in DuckDB: one platform at a time, read into a narrow table in memory, counted from there.

What was tried on 13.5 M events in Parquet with two threads, and what it came to (wall seconds of the whole job):

* tests/reference.py's query, one statement with ICU's `timezone()` per market and strings as keys: 13.6.
* This one: 5.9. Offsets by CASE and whole milliseconds in place of ICU; codes of ENUMs packed into two integers; the
  first touch as one `min` of instant and place packed together, in place of a join of visits; rows outside a file's
  days dropped by comparing the column as it is written, which spares a second reading of every instant.
* Duplicates: `distinct on` and `row_number()` over all rows cost 1.1 and 0.7 s per platform more than finding the few
  ids that came twice (by hash, 0.45 s; by the text itself 0.7 s) and looking only at those. Reading the exports a
  second time for the repeated rows alone cost 0.4 s per platform; marking them in the first pass is all but free.
* Filtering the local date while reading made DuckDB compute the clock twice (+ 0.6 s per platform).
* `preserve_insertion_order = false` is worth 5 %. Threads beyond the cores cost.
"""

import os
import sys
from pathlib import Path

import duckdb

from job import COUNTS, DAY_MS, EVENTS, KEYS, Job, Source, load
from peers.sql import DAYS_BEFORE, PLACE, base, by_market, in_window, is_event, is_good, market_code, name, offset, slot, text, windows, written

KINDS = {count: "double" if count == "dwell_seconds" else "bigint" for count in COUNTS}


def needed(source: Source) -> list[str]:
    named = [source.occurred_at, source.market, source.broadcast_id, source.cover_id, source.viewer_id, source.dwell, *source.audience, *source.flags]
    return named + [column for column in (source.event, source.event_id) if column]


def files(source: Source, paths: list[str]) -> str:
    listed = "[" + ", ".join(map(text, paths)) + "]"
    if source.format == "parquet":
        return f"read_parquet({listed})"
    types = dict.fromkeys(source.columns, "varchar")
    types |= {source.viewer_id: "bigint", source.dwell: "bigint"}
    types |= dict.fromkeys(source.flags, "boolean")
    if source.event_id and not source.text_ids:
        types[source.event_id] = "bigint"
    if source.written == "epoch_ms":
        types[source.occurred_at] = "bigint"
    columns = "{" + ", ".join(f"{text(column)}: {text(kind)}" for column, kind in types.items()) + "}"
    if source.format == "ndjson":
        return f"read_json({listed}, format = 'newline_delimited', columns = {columns}, ignore_errors = true, filename = true)"
    return f"read_csv({listed}, auto_detect = false, header = true, columns = {columns}, delim = ',', quote = '\"', escape = '\"', ignore_errors = true, filename = true)"


def instant(source: Source) -> str:
    column = name(source.occurred_at)
    return column if source.written == "epoch_ms" else f"epoch_ms(try_cast({column} as timestamp)) + {source.shift}"


class Peer:
    def __init__(self, job: Job, db: duckdb.DuckDBPyConnection):
        self.job, self.db = job, db
        columns = ", ".join(f"{key} {'date' if key == 'local_date' else 'varchar'}" for key in KEYS["funnel"])
        self.db.execute(f"create table funnel ({columns}, {', '.join(f'{count} {kind}' for count, kind in KINDS.items())})")

    def make(self, table: str, query: str) -> None:
        self.db.execute(f"create or replace temp table {table} as {query}")

    def count(self, source: Source) -> None:
        """Adds a platform's rows to the table `funnel`."""
        records, good = self.records(source)
        dedup = bool(source.event_id) and self.job.dedup
        self.name_codes(source, records)
        once = "events"
        if dedup:
            self.make("twice", f"select hash({name(source.event_id)}) as id from ({records}) group by 1 having count(*) > 1")
            once = "(from events where repeated is null union all select distinct on (repeated) * from events where repeated is not null)"
        self.make("events", self.events(source, good, dedup))
        packed = f"since * {PLACE} + place"
        self.make("counted", f"""
select shown, place, count(*) filter (is_impression) as impressions, count(*) filter (is_click) as clicks,
    count(*) filter (is_entry) as entries, count(*) filter (dwell >= {self.job.stay_seconds}) as stays,
    coalesce(sum(dwell), 0) as dwell_seconds, count(*) filter (is_order) as orders
from {once} group by all""")
        firsts = ", ".join(f"min({packed}) filter (is_{event}) as {event}" for event in ("impression", "click", "entry"))
        self.make("firsts", f"select viewer, shown, {firsts} from {once} where is_impression or is_click or is_entry group by all")
        for event in ("impression", "click", "entry"):
            self.make(f"first_{event}", f"select shown, {event} % {PLACE} as place, count(*) as viewers from firsts where {event} is not null group by all")
        self.db.execute(f"insert into funnel {self.named(source)}")

    def records(self, source: Source) -> tuple[str, str]:
        """All records of a platform, and the good ones of the days that their file may hold."""
        named = ", ".join(map(name, needed(source)))
        if source.format == "parquet":
            every = " union all ".join(f"select {named} from {files(source, paths)}" for _, _, paths in windows(source))
            placed = " union all ".join(
                f"select {named} from {files(source, paths)} where {in_window(source, begin, end)} and {is_good(source)}"
                for begin, end, paths in windows(source)
            )
            return every, placed
        # Text is decompressed and split once. A file is one thread's, so all files are one scan.
        spans = ", ".join(
            f"({text(path)}, {written(source, begin)}, {written(source, end)})" for begin, end, paths in windows(source) for path in paths
        )
        self.make("spans", f"from (values {spans}) as t (filename, begin_at, end_at)")
        every = files(source, [item.path for item in source.files])
        at = name(source.occurred_at)
        self.make("records", f"select {named} from {every} join spans using (filename) where {at} >= begin_at and {at} < end_at and {is_good(source)}")
        return "from records", "from records"

    def name_codes(self, source: Source, records: str) -> None:
        for kind, column in (("gender", source.audience[0]), ("age", source.audience[1]), ("broadcast", source.broadcast_id), ("cover", source.cover_id)):
            self.db.execute(f"drop type if exists {kind}_name")
            self.db.execute(f"create type {kind}_name as enum (select distinct {name(column)} from ({records}) where {name(column)} <> '' union select 'unknown')")

    def events(self, source: Source, good: str, dedup: bool) -> str:
        """What counting needs of each record, in numbers."""
        job, dwell, id = self.job, name(source.dwell), name(source.event_id or "")
        leave, entry = is_event(source, "leave"), is_event(source, "entry")
        flags = ", ".join(f"{is_event(source, event)} as is_{event}" for event in EVENTS if event != "leave")
        repeated = f", case when hash({id}) in (from twice) then {id} end as repeated" if dedup else ""

        def code(column: str, kind: str) -> str:
            return f"enum_code(try_cast({column} as {kind}_name))::bigint"

        gender, age = (code(f"coalesce(nullif({name(column)}, ''), 'unknown')", kind) for column, kind in zip(source.audience, ("gender", "age")))
        return f"""
select {name(source.viewer_id)} as viewer,
    ((market * 4096 + local // {DAY_MS} - {job.first_day} + {DAYS_BEFORE}) * 1048576 + {code(name(source.broadcast_id), "broadcast")}) * 1048576
        + {code(name(source.cover_id), "cover")} as shown,
    (({by_market(source, lambda market: slot(job, market))})::bigint * 256 + {gender}) * 256 + {age} as place,
    instant_ms - {base(job)} as since, {flags}, case when {leave} or {entry} then {dwell} end as dwell{repeated}
from (
    select *, local % {DAY_MS} as clock
    from (
        select *, evidence_at + {by_market(source, offset)} as local
        from (
            select *, case when {leave} then instant_ms - coalesce({dwell}, 0) * 1000 else instant_ms end as evidence_at
            from (select *, {market_code(source)} as market, {instant(source)} as instant_ms from ({good}) where market is not null)
        )
    )
)"""

    def named(self, source: Source) -> str:
        """The counts of a platform, with names in place of codes."""
        job = self.job
        day = f"((shown >> 40) & 4095) - {DAYS_BEFORE}"
        market = "case shown >> 52 " + " ".join(f"when {nth} then {text(item.code)}" for nth, item in enumerate(source.markets)) + " end"
        slots = "case place >> 16 " + " ".join(f"when {nth} then {text(title)}" for nth, title in enumerate(job.slots)) + " end"

        def named(code: str, kind: str) -> str:
            return f"enum_range(null::{kind}_name)[({code}) + 1]"

        return f"""
select {text(source.platform)}, {market}, date '1970-01-01' + ({job.first_day} + {day})::integer, {slots},
    {named("(place >> 8) & 255", "gender")} || ' / ' || {named("place & 255", "age")},
    {named("(shown >> 20) & 1048575", "broadcast")}, {named("shown & 1048575", "cover")},
    impressions, coalesce(i.viewers, 0), clicks, coalesce(c.viewers, 0), entries, coalesce(e.viewers, 0), stays, dwell_seconds, orders
from counted
left join first_impression i using (shown, place) left join first_click c using (shown, place) left join first_entry e using (shown, place)
where {day} between 0 and {job.last_day - job.first_day} and impressions + clicks + entries + stays + orders + dwell_seconds > 0"""

    def write(self, out: Path) -> None:
        keys = ", ".join(KEYS["slot_audience"])
        sums = ", ".join(f"sum({count})::{kind} as {count}" for count, kind in KINDS.items())
        for table, query in (("funnel", "from funnel"), ("slot_audience", f"select {keys}, {sums} from funnel group by all")):
            self.db.execute(f"copy ({query} order by all) to {text(str(out / f'{table}.parquet'))} (format parquet, compression zstd)")


def main() -> None:
    job = load(Path(sys.argv[1]))
    peer = Peer(job, duckdb.connect(config={"threads": int(os.environ["BENCH_THREADS"]), "preserve_insertion_order": False}))
    for source in job.sources:
        peer.count(source)
    peer.write(Path(sys.argv[2]))


main()
