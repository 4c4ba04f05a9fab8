"""The job in ClickHouse (chDB): one platform at a time, read into a narrow table in memory, counted from there."""

import json
import os
import sys
from pathlib import Path

from chdb.session import Session

from job import COUNTS, DAY_MS, EVENTS, KEYS, Job, Source, load
from peers.sql import DAYS_BEFORE, PLACE, base, by_market, in_window, is_event, is_good, market_code, name, offset, slot, text, windows

FORMATS = {"parquet": "Parquet", "csv": "CSVWithNames", "ndjson": "JSONEachRow"}


def types(source: Source) -> dict[str, str]:
    """The columns that the job needs."""
    few = [source.market, source.broadcast_id, source.cover_id] + ([source.event] if source.event else [])
    kinds = dict.fromkeys(few, "LowCardinality(String)")
    kinds |= dict.fromkeys(source.audience, "LowCardinality(Nullable(String))")
    kinds |= dict.fromkeys(source.flags, "Nullable(Bool)")
    kinds |= {source.viewer_id: "Nullable(Int64)", source.dwell: "Nullable(Int64)", source.occurred_at: "Int64" if source.written == "epoch_ms" else "String"}
    if source.event_id:
        kinds[source.event_id] = "String" if source.text_ids else "Nullable(Int64)"
    return kinds


def records(source: Source, path: str) -> str:
    structure = ", ".join(f"{name(column)} {kind}" for column, kind in types(source).items())
    if source.format == "ndjson":
        # JSONEachRow takes the line after one that is cut off for a part of it; so lines are taken as they are.
        values = f"JSONExtract(line, {text(f'Tuple({structure})')})"
        columns = ", ".join(f"tupleElement(record, {text(column)}) as {name(column)}" for column in types(source))
        lines = f"select {values} as record from file({text(path)}, 'LineAsString', 'line String') where endsWith(line, '}}')"
        return f"(select {columns} from ({lines}))"
    return f"file({text(path)}, '{FORMATS[source.format]}', {text(structure)})"


def instant(source: Source) -> str:
    column = name(source.occurred_at)
    if source.written == "epoch_ms":
        return column
    if source.written == "rfc3339":
        return f"toUnixTimestamp64Milli(parseDateTime64BestEffort({column}, 3, 'UTC'))"
    return f"toInt64(parseDateTimeBestEffort({column}, 'UTC')) * 1000 + {source.shift}"


class Peer:
    def __init__(self, job: Job):
        self.job, self.session = job, Session()
        self.session.query("set max_threads = " + os.environ["BENCH_THREADS"])

    def run(self, sql: str) -> None:
        self.session.query(sql)

    def rows(self, sql: str) -> list[dict]:
        text = self.session.query(sql, "JSONEachRow").bytes().decode()
        return [json.loads(line) for line in text.splitlines()]

    def count(self, source: Source) -> None:
        job = self.job
        columns = {"gender": source.audience[0], "age": source.audience[1], "broadcast": source.broadcast_id, "cover": source.cover_id}
        records, good = self.records(source)
        found = self.rows("select " + ", ".join(f"groupUniqArray({name(column)}) as {kind}" for kind, column in columns.items()) + f" from ({records})")[0]
        names = {kind: sorted(filter(None, {*found[kind], *(["unknown"] if kind in ("gender", "age") else [])})) for kind in columns}

        def code(kind: str) -> str:
            column = name(columns[kind])
            if kind in ("gender", "age"):
                column = f"if(ifNull({column}, '') = '', 'unknown', assumeNotNull({column}))"
            return f"cast(transform({column}, [{', '.join(map(text, names[kind]))}], {list(range(len(names[kind])))}::Array(Int64), toInt64(0)) as Int64)"

        dedup = job.dedup and source.event_id
        id = name(source.event_id) if dedup else ""
        for table in ("twice", "events", "firsts"):
            self.run(f"drop table if exists {table}")
        if dedup:
            self.run(f"create table twice engine = Memory as select {id} as id from ({records}) group by id having count() > 1")
        leave, entry = is_event(source, "leave"), is_event(source, "entry")
        dwell = name(source.dwell)
        repeated = f", if({id} in (select id from twice), {id}, null) as repeated" if dedup else ""
        flags = ", ".join(f"cast({is_event(source, event)} as UInt8) as is_{event}" for event in EVENTS if event != "leave")
        rows = f"select *, cast(assumeNotNull({market_code(source)}) as Int64) as market, {instant(source)} as instant_ms from ({good}) where {market_code(source)} is not null"
        self.run(f"""
create table events engine = Memory as
select assumeNotNull({name(source.viewer_id)}) as viewer,
    ((toInt64(market) * 4096 + intDiv(local, {DAY_MS}) - {job.first_day} + {DAYS_BEFORE}) * 1048576 + {code("broadcast")}) * 1048576 + {code("cover")} as shown,
    local % {DAY_MS} as clock,
    (toInt64({by_market(source, lambda market: slot(job, market))}) * 256 + {code("gender")}) * 256 + {code("age")} as place,
    instant_ms - {base(job)} as since, {flags}, if({leave} or {entry}, {dwell}, null) as dwell{repeated}
from (
    select *, evidence_at + {by_market(source, offset)} as local
    from (select *, if({leave}, instant_ms - ifNull({dwell}, 0) * 1000, instant_ms) as evidence_at from ({rows}))
)""")
        once = "(select * from events where repeated is null union all select * from events where repeated is not null limit 1 by repeated)" if dedup else "events"
        packed = f"since * {PLACE} + place"
        counted = f"""
select shown, place, countIf(is_impression) as impressions, countIf(is_click) as clicks, countIf(is_entry) as entries,
    countIf(dwell >= {job.stay_seconds}) as stays, sum(dwell) as dwell_seconds, countIf(is_order) as orders
from {once} group by shown, place"""
        self.run(f"""
create table firsts engine = Memory as
select viewer, shown, minIf({packed}, is_impression) as impression, minIf({packed}, is_click) as click, minIf({packed}, is_entry) as entry
from {once} where is_impression or is_click or is_entry group by viewer, shown""")
        first = {event: f"(select shown, {event} % {PLACE} as place, count() as viewers from firsts where {event} > 0 group by shown, place)" for event in ("impression", "click", "entry")}

        def named(value: str, kind: str) -> str:
            return f"[{', '.join(map(text, names[kind]))}][{value} + 1]"

        market = f"[{', '.join(text(market.code) for market in source.markets)}][bitShiftRight(shown, 52) + 1]"
        day = f"bitAnd(bitShiftRight(shown, 40), 4095) - {DAYS_BEFORE}"
        self.run(f"""
insert into funnel
select {text(source.platform)}, {market}, toDate32({job.first_day} + {day}), [{', '.join(map(text, job.slots))}][bitShiftRight(place, 16) + 1],
    concat({named("bitAnd(bitShiftRight(place, 8), 255)", "gender")}, ' / ', {named("bitAnd(place, 255)", "age")}),
    {named("bitAnd(bitShiftRight(shown, 20), 1048575)", "broadcast")}, {named("bitAnd(shown, 1048575)", "cover")},
    impressions, i.viewers, clicks, c.viewers, entries, e.viewers, stays, ifNull(dwell_seconds, 0), orders
from ({counted}) as counted
left join {first["impression"]} as i using (shown, place)
left join {first["click"]} as c using (shown, place)
left join {first["entry"]} as e using (shown, place)
where {day} between 0 and {job.last_day - job.first_day} and impressions + clicks + entries + stays + orders + ifNull(dwell_seconds, 0) > 0""")

    def records(self, source: Source) -> tuple[str, str]:
        """All records of a platform, and the good ones of the days that their file may hold."""
        every = " union all ".join(f"select * from {records(source, item.path)}" for item in source.files)
        good = " union all ".join(
            f"select * from {records(source, path)} where {in_window(source, begin, end)} and {is_good(source)}"
            for begin, end, paths in windows(source) for path in paths
        )
        if source.format == "parquet":
            return every, good
        # Text is decompressed and split once. A line that is cut off is skipped.
        self.run("drop table if exists records")
        self.run(f"create table records engine = Memory as {good} settings input_format_allow_errors_num = 1000000")
        return "select * from records", "select * from records"

    def write(self, out: Path) -> None:
        keys = ", ".join(KEYS["slot_audience"])
        sums = ", ".join(f"sum(funnel.{count}) as {count}" for count in COUNTS)
        self.run(f"select * from funnel order by all into outfile {text(str(out / 'funnel.parquet'))} format Parquet")
        self.run(f"select {keys}, {sums} from funnel group by {keys} order by {keys} into outfile {text(str(out / 'slot_audience.parquet'))} format Parquet")


def main() -> None:
    job, out = load(Path(sys.argv[1])), Path(sys.argv[2])
    peer = Peer(job)
    texts = ", ".join(f"{key} {'Date32' if key == 'local_date' else 'String'}" for key in KEYS["funnel"])
    peer.run(f"create table funnel ({texts}, {', '.join(f'{count} Int64' for count in COUNTS)}) engine = Memory")
    for source in job.sources:
        peer.count(source)
    peer.write(out)


main()
