"""The job in DataFusion: one platform at a time, read into a narrow table in memory, counted from there.

What was tried on 13.5 M events in Parquet with two threads:

* `row_number()` over all rows: 5.2 s per platform. Finding the ids that came twice first: 0.6 s, and a left join to them.
* Broadcasts and covers stay text, because there is no cheap way from a text to a code; as views they hash quickly.
* NDJSON: one line that is cut off fails the scan, and nothing skips it ("Not valid JSON: EOF while parsing a string"); so
  there is no answer for NDJSON. In CSV a line that is cut off has nulls, with `truncated_rows`.
"""

import os
import sys
from pathlib import Path

import pyarrow
from datafusion import SessionConfig, SessionContext
from datafusion.options import CsvReadOptions

from job import COUNTS, DAY_MS, EVENTS, KEYS, Job, Source, load
from peers.sql import DAYS_BEFORE, PLACE, base, by_market, in_window, is_event, is_good, market_code, name, offset, slot, text, windows

UNIQUES = {"impression": "unique_impressions", "click": "clickers", "entry": "entrants"}


class Peer:
    def __init__(self, job: Job):
        self.job = job
        self.db = SessionContext(SessionConfig().with_target_partitions(int(os.environ["BENCH_THREADS"])))
        self.funnels: list[str] = []

    def make(self, table: str, query: str) -> None:
        self.db.sql(f"drop table if exists {table}").collect()
        self.db.sql(f"create table {table} as {query}").collect()

    def count(self, source: Source) -> None:
        job = self.job
        records, good = self.records(source)
        names = {}
        for kind, column in zip(("gender", "age"), source.audience):
            rows = self.db.sql(f"select distinct {name(column)} as name from ({records}) where {name(column)} <> ''").to_pylist()
            names[kind] = sorted({"unknown", *(row["name"] for row in rows)})
        dedup = bool(source.event_id) and job.dedup
        once, joined, repeated = "events", "", ""
        if dedup:
            id = name(source.event_id)
            self.make("twice", f"select {id} as twice_id from ({records}) group by 1 having count(*) > 1")
            joined = f"left join twice on {id} = twice_id"
            repeated = ", twice_id as repeated"
            once = "(select * from events where repeated is null union all select * from again)"
        self.make("events", self.events(source, good, names, joined, repeated))
        if dedup:
            self.make("again", "select distinct * from events where repeated is not null")
        self.make("counted", f"""
select broadcast_id, cover_id, market_day, place, sum(is_impression) as impressions, sum(is_click) as clicks, sum(is_entry) as entries,
    sum(case when dwell >= {job.stay_seconds} then 1 else 0 end) as stays, coalesce(sum(dwell), 0) as dwell_seconds, sum(is_order) as orders
from {once} group by broadcast_id, cover_id, market_day, place""")
        packed = f"since * {PLACE} + place"
        firsts = ", ".join(f"min(case when is_{event} = 1 then {packed} end) as {event}" for event in ("impression", "click", "entry"))
        self.make("firsts", f"""
select viewer, broadcast_id, cover_id, market_day, {firsts} from {once}
where is_impression + is_click + is_entry > 0 group by viewer, broadcast_id, cover_id, market_day""")
        self.named(source, names)

    def records(self, source: Source) -> tuple[str, str]:
        """All records of a platform, and the good ones of the days that their file may hold."""
        if source.format == "ndjson":
            raise SystemExit("DataFusion has no way to skip a line that is cut off")
        every, good = [], []
        for begin, end, paths in windows(source):
            for path in paths:
                table = f"{source.platform}_{len(every)}"
                rows = self.register(source, table, path)
                every.append(f"select * from {rows}")
                good.append(f"select * from {rows} where {in_window(source, begin, end)} and {is_good(source)}")
        if source.format == "parquet":
            return " union all ".join(every), " union all ".join(good)
        # Text is decompressed and split once.
        self.make("records", " union all ".join(good))
        return "select * from records", "select * from records"

    def register(self, source: Source, table: str, path: str) -> str:
        if source.format == "parquet":
            self.db.register_parquet(table, path)
            return table
        schema = pyarrow.schema([(column, pyarrow.string()) for column in source.columns])
        options = CsvReadOptions(schema=schema, file_extension=".gz", file_compression_type="gzip", truncated_rows=True)
        self.db.register_csv(table, path, options=options)
        kinds = {source.viewer_id: "bigint", source.dwell: "bigint"} | dict.fromkeys(source.flags, "boolean")
        if source.event_id and not source.text_ids:
            kinds[source.event_id] = "bigint"
        if source.written == "epoch_ms":
            kinds[source.occurred_at] = "bigint"
        columns = (f"try_cast({name(column)} as {kinds[column]}) as {name(column)}" if column in kinds else name(column) for column in source.columns)
        whole = " and ".join(f"{name(flag)} is not null" for flag in source.flags) or "true"
        return f"(select {', '.join(columns)} from {table} where {whole})"

    def events(self, source: Source, good: str, names: dict[str, list[str]], joined: str, repeated: str) -> str:
        job, dwell = self.job, name(source.dwell)
        leave, entry = is_event(source, "leave"), is_event(source, "entry")
        flags = ", ".join(f"case when {is_event(source, event)} then 1 else 0 end as is_{event}" for event in EVENTS if event != "leave")

        def code(column: str, kind: str) -> str:
            words = " ".join(f"when {text(word)} then {nth}" for nth, word in enumerate(names[kind]) if word != "unknown")
            return f"(case {name(column)} {words} else {names[kind].index('unknown')} end)"

        column = name(source.occurred_at)
        instant = column if source.written == "epoch_ms" else f"cast(to_timestamp_millis({column}) as bigint) + {source.shift}"
        if source.written not in ("epoch_ms", "rfc3339"):
            instant = f"cast(to_timestamp_millis({column}, {text(source.written)}) as bigint) + {source.shift}"
        return f"""
select {name(source.viewer_id)} as viewer, {name(source.broadcast_id)} as broadcast_id, {name(source.cover_id)} as cover_id,
    market * 4096 + local / {DAY_MS} - {job.first_day} + {DAYS_BEFORE} as market_day,
    (({by_market(source, lambda market: slot(job, market))}) * 256 + {code(source.audience[0], "gender")}) * 256 + {code(source.audience[1], "age")} as place,
    instant_ms - {base(job)} as since, {flags}, case when {leave} or {entry} then {dwell} end as dwell{repeated}
from (
    select *, local % {DAY_MS} as clock
    from (
        select *, evidence_at + ({by_market(source, offset)}) as local
        from (
            select *, case when {leave} then instant_ms - coalesce({dwell}, 0) * 1000 else instant_ms end as evidence_at
            from (select *, {market_code(source)} as market, {instant} as instant_ms from ({good}) as good {joined}) as read where market is not null
        ) as dated
    ) as placed
) as clocked"""

    def named(self, source: Source, names: dict[str, list[str]]) -> None:
        """Keeps the counts of a platform, with names in place of codes."""
        job = self.job

        def word(value: str, words: list[str]) -> str:
            return f"case {value} " + " ".join(f"when {nth} then {text(title)}" for nth, title in enumerate(words)) + " end"

        keys = "broadcast_id, cover_id, market_day, place"
        columns = [count for count in COUNTS if count not in UNIQUES.values()]
        parts = [f"select {keys}, {', '.join(columns)}, {', '.join(f'0 as {unique}' for unique in UNIQUES.values())} from counted"]
        for event, unique in UNIQUES.items():
            nothing = ", ".join(f"0 as {count}" for count in columns)
            others = ", ".join(f"{'count(*)' if other == unique else '0'} as {other}" for other in UNIQUES.values())
            parts.append(f"""
select broadcast_id, cover_id, market_day, {event} % {PLACE} as place, {nothing}, {others}
from firsts where {event} is not null group by broadcast_id, cover_id, market_day, {event} % {PLACE}""")
        day = f"(market_day % 4096 - {DAYS_BEFORE})"
        table = f"funnel_{source.platform}"
        self.make(table, f"""
select {text(source.platform)} as platform, {word("market_day / 4096", [market.code for market in source.markets])} as market,
    cast(cast({job.first_day} + {day} as int) as date) as local_date, {word("place / 65536", job.slots)} as slot,
    {word("place / 256 % 256", names["gender"])} || ' / ' || {word("place % 256", names["age"])} as audience, broadcast_id, cover_id,
    {", ".join(COUNTS)}
from (
    select {keys}, {", ".join(f"sum({count}) as {count}" for count in COUNTS)}
    from ({" union all ".join(parts)}) as parts where {day} between 0 and {job.last_day - job.first_day} group by {keys}
) as summed
where impressions + clicks + entries + stays + orders + dwell_seconds > 0""")
        self.funnels.append(f"select * from {table}")

    def write(self, out: Path) -> None:
        funnel = " union all ".join(self.funnels)
        keys = ", ".join(KEYS["slot_audience"])
        sums = ", ".join(f"sum({count}) as {count}" for count in COUNTS)
        for table, query, order in (
            ("funnel", f"select * from ({funnel})", ", ".join(KEYS["funnel"])),
            ("slot_audience", f"select {keys}, {sums} from ({funnel}) group by {keys}", keys),
        ):
            self.db.sql(f"copy ({query} order by {order}) to {text(str(out / f'{table}.parquet'))} stored as parquet").collect()


def main() -> None:
    job = load(Path(sys.argv[1]))
    peer = Peer(job)
    for source in job.sources:
        peer.count(source)
    peer.write(Path(sys.argv[2]))


main()
