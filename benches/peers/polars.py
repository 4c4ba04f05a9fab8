"""The job in polars' streaming engine: one platform at a time, read into a narrow frame, counted from there.

What was tried on 13.5 M events in Parquet with two threads, and what it came to (wall seconds of the whole job):

* One lazy query without the narrow frame: 9.5 to 16, because the plans of several aggregations do not share a scan.
* `unique("event_id", keep="any")` over all rows: 1.9 s per platform. Finding the few ids that came twice first and
  splitting the rows with `is_in`: 0.4 s; with an anti and a semi join instead of `is_in`: 0.3 s more and half as much memory again.
* Instants by slices of their text, and the date by `to_date`, whose cache knows the few dates: half the processor time of
  `to_datetime`. Offsets by when/then in place of `convert_time_zone`, categoricals as numbers in place of strings as keys,
  the first touch as the least of instant and place packed together.
* All three first touches in one `group_by`: 0.6 s less than one each by filter in some runs, more in others; kept apart,
  because few rows are not impressions.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl

from job import COUNTS, DAY_MS, EVENTS, KEYS, Job, Market, Source, load

C = pl.col
# A show is a market, day, broadcast and cover; a place is a slot and an audience: each packed into one number or two.
CODES = {kind: pl.Categorical(pl.Categories(kind)) for kind in ("gender", "age", "broadcast", "cover")}
ALIVE = [pl.Series(["unknown"], dtype=kind) for kind in CODES.values()]   # categories are forgotten when nobody holds one
BASE = 1_790_000_000_000
PLACE = 1 << 27
UNIQUES = {"impression": "unique_impressions", "click": "clickers", "entry": "entrants"}


def scan(source: Source, paths: list[str]) -> pl.LazyFrame:
    if source.format == "parquet":
        return pl.scan_parquet(paths)
    schema = dict.fromkeys(source.columns, pl.String) | {source.viewer_id: pl.Int64, source.dwell: pl.Int64}
    if source.event_id and not source.text_ids:
        schema[source.event_id] = pl.Int64
    if source.written == "epoch_ms":
        schema[source.occurred_at] = pl.Int64
    if source.format == "ndjson":
        # One line that is cut off fails `scan_ndjson`, so lines are taken as they are, and the whole ones read.
        # So does one that has a text in place of a number.
        fields = pl.Struct({column: schema[column] for column in source.columns} | dict.fromkeys(source.flags, pl.Boolean) | {source.occurred_at: pl.String})
        lines = pl.scan_lines(paths, name="line").filter(C.line.str.ends_with("}"))
        rows = lines.select(C.line.str.json_decode(fields)).unnest("line")
        return rows.with_columns(C(source.occurred_at).cast(schema[source.occurred_at], strict=False))
    # A record that is cut off has nulls and is dropped as not good.
    return pl.scan_csv(paths, schema=schema | dict.fromkeys(source.flags, pl.Int8), ignore_errors=True)


def windows(source: Source) -> dict[tuple[int, int], list[str]]:
    found: dict[tuple[int, int], list[str]] = {}
    for item in source.files:
        found.setdefault((item.begin, item.end), []).append(item.path)
    return found


def digits(column: pl.Expr, at: int, many: int = 2) -> pl.Expr:
    return column.str.slice(at, many).cast(pl.Int64, strict=False)


def instant(source: Source) -> pl.Expr:
    """Milliseconds since 1970."""
    column = C(source.occurred_at)
    if source.written == "epoch_ms":
        return column
    clock = ((digits(column, 11) * 60 + digits(column, 14)) * 60 + digits(column, 17)) * 1000
    if source.written == "rfc3339":
        clock += digits(column, 20, 3)
    day = column.str.head(10).str.to_date(source.written[:8] if source.written != "rfc3339" else "%Y-%m-%d", strict=False)
    return day.cast(pl.Int32).cast(pl.Int64) * DAY_MS + clock + source.shift


def chain(cases: list[tuple[pl.Expr, pl.Expr]]) -> pl.Expr:
    """The value of the first case that holds, or null."""
    (condition, value), *later = cases
    expression = pl.when(condition).then(value)
    for condition, value in later:
        expression = expression.when(condition).then(value)
    return expression


def whole(value: int) -> pl.Expr:
    return pl.lit(value, pl.Int64)


def by_market(source: Source, value: Callable[[Market], pl.Expr]) -> pl.Expr:
    return chain([(C.market == nth, value(market)) for nth, market in enumerate(source.markets)])


def offset(market: Market) -> pl.Expr:
    return chain([(C.evidence_at >= since, whole(shift - market.day_start)) for since, shift in reversed(market.offsets)])


def slot(job: Job, market: Market) -> pl.Expr:
    return chain([(C.clock >= start, whole(job.slots.index(title))) for title, start in reversed(market.slots)])


def is_event(source: Source, event: str) -> pl.Expr:
    if event == "click" and source.entry_is_click:
        event = "entry"
    if source.event:
        words = [word for word, of in source.words.items() if of == event]
        return C(source.event) == words[0] if words else pl.lit(False)
    if event == "impression":
        return pl.lit(True)
    flags = [flag for flag, of in source.flags.items() if of == event]
    return C(flags[0]).cast(pl.Boolean).fill_null(False) if flags else pl.lit(False)


def good(source: Source) -> pl.LazyFrame:
    """The good records of an export, of the days that their file may hold."""
    frames = []
    for (begin, end), paths in windows(source).items():
        frames.append(scan(source, paths).with_columns(instant_ms=instant(source)).filter(C.instant_ms >= begin, C.instant_ms < end))
    words = [(C(source.market) == word, whole(nth)) for nth, market in enumerate(source.markets) for word in market.words]
    conditions = [C.market.is_not_null(), C(source.viewer_id).is_not_null(), C(source.dwell).is_null() | (C(source.dwell) >= 0)]
    # An id that a spreadsheet took for a number is lost.
    conditions += [(C(column) != "") & ~C(column).str.contains("E+", literal=True) for column in (source.broadcast_id, source.cover_id)]
    if source.event:
        conditions.append(C(source.event).is_in(list(source.words)))
    if source.event_id:
        conditions.append(C(source.event_id).is_not_null())
    if source.format == "csv":
        conditions += [C(flag).is_not_null() for flag in source.flags]
    return pl.concat(frames).with_columns(market=chain(words)).filter(*conditions)


def narrow(job: Job, source: Source, records: pl.LazyFrame) -> pl.LazyFrame:
    """What counting needs of each record, in numbers."""
    leave = is_event(source, "leave")

    def code(column: pl.Expr, kind: str) -> pl.Expr:
        return column.cast(CODES[kind]).to_physical().cast(pl.Int64)

    def part(column: str) -> pl.Expr:
        return pl.when(C(column) != "").then(C(column)).otherwise(pl.lit("unknown"))

    return (
        records.with_columns(evidence_at=pl.when(leave).then(C.instant_ms - C(source.dwell).fill_null(0) * 1000).otherwise(C.instant_ms))
        .with_columns(local=C.evidence_at + by_market(source, offset))
        .with_columns(day=C.local // DAY_MS, clock=C.local % DAY_MS)
        .filter(C.day >= job.first_day, C.day <= job.last_day)
        .select(
            viewer=C(source.viewer_id),
            show=code(C(source.broadcast_id), "broadcast") * (1 << 32) + code(C(source.cover_id), "cover"),
            market_day=C.market * 65536 + (C.day - job.first_day),
            place=(by_market(source, lambda market: slot(job, market)) * 4096 + code(part(source.audience[0]), "gender")) * 4096
            + code(part(source.audience[1]), "age"),
            since=C.instant_ms - BASE,
            dwell=pl.when(leave | is_event(source, "entry")).then(C(source.dwell)),
            **{event: is_event(source, event) for event in EVENTS if event != "leave"},
        )
    )


def events(job: Job, source: Source) -> pl.DataFrame:
    records = good(source)
    if not source.event_id or not job.dedup:
        return narrow(job, source, records).collect(engine="streaming")
    id = source.event_id
    if source.format != "parquet":
        # Text is decompressed and split once.
        records = records.collect(engine="streaming").lazy()
    every = scan(source, [item.path for item in source.files]) if source.format == "parquet" else records
    twice = every.group_by(id).len().filter(C.len > 1).select(id).collect(engine="streaming")[id].implode()
    once = narrow(job, source, records.filter(~C(id).is_in(twice)))
    again = narrow(job, source, records.filter(C(id).is_in(twice)).unique(id, keep="any"))
    return pl.concat([once, again]).collect(engine="streaming")


def count(job: Job, source: Source) -> pl.DataFrame:
    """A platform's rows of the table `funnel`."""
    frame = events(job, source).lazy()
    keys = ["market_day", "show", "place"]
    counted = frame.group_by(keys).agg(
        impressions=C.impression.sum(), clicks=C.click.sum(), entries=C.entry.sum(), orders=C.order.sum(),
        stays=(C.dwell >= job.stay_seconds).sum(), dwell_seconds=C.dwell.sum(),
    )
    firsts = [
        frame.filter(C(event)).group_by("viewer", "show", "market_day").agg(first=(C.since * PLACE + C.place).min())
        .group_by("market_day", "show", place=C.first % PLACE).agg(pl.len().alias(viewers))
        for event, viewers in UNIQUES.items()
    ]
    result, *others = pl.collect_all([counted, *firsts], engine="streaming")
    for other in others:
        result = result.join(other, on=keys, how="left")

    def named(code: pl.Expr, kind: str) -> pl.Expr:
        return code.cast(pl.UInt32).cat.to(CODES[kind]).cast(pl.String)

    return result.select(
        platform=pl.lit(source.platform),
        market=(C.market_day // 65536).replace_strict({nth: market.code for nth, market in enumerate(source.markets)}, return_dtype=pl.String),
        local_date=(C.market_day % 65536 + job.first_day).cast(pl.Int32).cast(pl.Date),
        slot=(C.place // (1 << 24)).replace_strict(dict(enumerate(job.slots)), return_dtype=pl.String),
        audience=named(C.place // 4096 % 4096, "gender") + " / " + named(C.place % 4096, "age"),
        broadcast_id=named(C.show // (1 << 32), "broadcast"),
        cover_id=named(C.show % (1 << 32), "cover"),
        **{name: C(name).fill_null(0).cast(pl.Int64) for name in COUNTS},
    ).filter(pl.sum_horizontal(COUNTS) > 0)


def main() -> None:
    job, out = load(Path(sys.argv[1])), Path(sys.argv[2])
    funnel = pl.concat([count(job, source) for source in job.sources]).sort(KEYS["funnel"])
    funnel.write_parquet(out / "funnel.parquet")
    keys = KEYS["slot_audience"]
    funnel.group_by(keys).agg(C(COUNTS).sum()).sort(keys).write_parquet(out / "slot_audience.parquet")


main()
