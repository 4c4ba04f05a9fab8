"""Writes exports of how views went, lets coverledger count them, and counts them again with DuckDB, cell by cell.

    python tests/reference_quality.py BINARY

It shares no code with the program. The exports are drawn here: views of three rooms in two markets over four days, some
delivered again in the file of the next day with other numbers, some late, some with blank cells, some that cannot be. DuckDB
reads the same files as text, rejects what is to be rejected, drops what came twice, puts every instant on its market's
clock and counts. Every column of `quality` is compared, and the accounts of the receipts.
"""

import glob
import json
import random
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

FIRST = datetime(2026, 10, 30, tzinfo=UTC)   # New York's clock goes back on 1 November
DAYS = 5
MARKETS = {"US": "America/New_York", "JP": "Asia/Tokyo"}
SLOTS = [("night", 0), ("morning", 6), ("prime", 18)]
COLUMNS = [
    "id", "began", "country", "room", "host", "viewer", "first_frame", "stall", "stalls", "watch", "offset", "failed", "kbps", "rung",
]
TOLERANCE = 1e-9

CONFIG = {
    "config/archive.yaml": "version: 1\nhome_timezone: UTC\nmax_reject_share: 0.5\nstores:\n"
                           "  exports: {url: exports}\n  archive: {url: archive}\n",
    "config/markets.yaml": "version: 1\nslots:\n  parts: {"
                           + ", ".join(f'{name}: "{hour:02}:00"' for name, hour in SLOTS) + "}\nmarkets:\n"
                           + "".join(f"  {code}: {{timezone: {zone}, slots: parts}}\n" for code, zone in MARKETS.items()),
    "config/platforms/shop.yaml": """version: 1
conventions: {impression: displays, click: cover_tap}
settle: 24h
exports:
  - name: events
    rows: events
    path: "shop/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    format: csv
    columns:
      event_id: id
      occurred_at: at
      event: {column: event, values: {show: impression}}
      market: {column: country}
      broadcast_id: room
      cover_id: cover
""",
    "config/platforms/player.yaml": """version: 1
of: shop
settle: 24h
exports:
  - name: views
    rows: quality
    grain: view
    path: "player/{date:%Y-%m-%d}/*.csv"
    day: {timezone: UTC}
    late_days: 1
    format: csv
    columns:
      view_id: id
      occurred_at: began
      market: {column: country}
      broadcast_id: room
      host_id: host
      viewer_id: viewer
      first_frame_ms: first_frame
      stall_seconds: stall
      stalls: stalls
      watch_seconds: watch
      audio_video_offset_ms: offset
      failed: failed
      bitrate_kbps: kbps
      rung: rung
""",
    "jobs/nightly.yaml": "version: 1\nplatforms: [player]\nmarkets: [US, JP]\nlookback_days: 7\n",
}


def draw(seed: int) -> dict[str, list[list[str]]]:
    """Rows by file."""
    dice = random.Random(seed)
    files: dict[str, list[list[str]]] = {}

    def maybe(value: str, share: float = 0.1) -> str:
        return "" if dice.random() < share else value

    def put(day: int, part: str, row: list[str]) -> None:
        date = (FIRST + timedelta(days=day)).date()
        files.setdefault(f"exports/player/{date}/{part}.csv", []).append(row)

    def measured() -> list[str]:
        watch = dice.uniform(5, 600)
        stall = dice.choice([0, 0, dice.uniform(0, 5), dice.uniform(0, 2) * watch if dice.random() < 0.01 else 0])
        first = dice.gammavariate(3, 180)
        return [
            maybe(f"{first:.1f}"), maybe(f"{stall:.4f}"), maybe(str(dice.randrange(4))), maybe(f"{watch:.3f}"),
            maybe(str(dice.randrange(-250, 250)), 0.3), dice.choice(["0", "0", "0", "false", "1", "true", ""]),
            maybe(f"{dice.uniform(200, 4000):.2f}"), maybe(dice.choice(["1080p", "720p", "480p"])),
        ]

    for day in range(DAYS):
        for number in range(4_000):
            at = FIRST + timedelta(days=day, milliseconds=dice.randrange(86_400_000))
            room = dice.randrange(3)
            key = [
                f"{day}-{number}", at.isoformat(timespec="milliseconds").replace("+00:00", "Z"), dice.choice(list(MARKETS)),
                f"room{room}", maybe(f"host{room % 2}", 0.2), maybe(f"viewer{dice.randrange(700)}", 0.15),
            ]
            if room == 2 and not key[4]:
                key[5] = ""   # places in which nobody is named
            row = key + measured()
            if dice.random() < 0.004:
                row[6] = dice.choice(["-5", "soon", "700000"])
            elif dice.random() < 0.004:
                row[11] = "maybe"
            late = day + 1 < DAYS and dice.random() < 0.05
            put(day + late, dice.choice(["a", "b"]), row)
            # Delivered again, told otherwise: only one of the two counts.
            if day + 1 < DAYS and dice.random() < 0.08:
                put(day + 1, dice.choice(["a", "b"]), key + measured())
    return files


COUNTED = r"""
create macro number(cell) as case when trim(cell) = '' then null else try_cast(trim(cell) as double) end;
create macro is_bad(cell, most) as trim(cell) <> '' and (number(cell) is null or number(cell) < 0 or number(cell) > most);
create table raw as
    select *, row_number() over (partition by filename) as record from (
        select * from read_csv({files}, all_varchar = true, header = true, filename = true, null_padding = false, parallel = false)
    );
create table cells as select
    regexp_extract(filename, 'exports/(.*)$', 1) as object, record,
    cast(regexp_extract(filename, 'player/(\d{{4}}-\d\d-\d\d)/', 1) as date) as file_date,
    id, country as market, room, nullif(coalesce(host, ''), '') as host, nullif(coalesce(viewer, ''), '') as viewer,
    cast(began as timestamptz) as began,
    cast(round(number(coalesce(first_frame, ''))) as bigint) as first_frame_ms,
    cast(round(number(coalesce(stall, '')) * 1000) as bigint) as stall_ms,
    cast(number(coalesce(stalls, '')) as bigint) as stalls,
    cast(round(number(coalesce(watch, '')) * 1000) as bigint) as watch_ms,
    cast(round(abs(number(coalesce("offset", '')))) as bigint) as offset_ms,
    cast(round(number(coalesce(kbps, '')) * 1000) as bigint) as bps,
    lower(coalesce(failed, '')) in ('1', 'true') as failed,
    nullif(coalesce(rung, ''), '') as rung,
    is_bad(coalesce(first_frame, ''), 600000) or coalesce(failed, '') not in ('', '0', '1', 'true', 'false') as is_bad,
from raw;
create table read as select *, is_bad or coalesce(stall_ms > watch_ms, false) as is_rejected from cells;
create table placed as select *, began at time zone zone as local, cast(began at time zone zone as date) as local_date
    from read join markets using (market) where not is_rejected;
-- A market-day reads the files of the UTC days that it overlaps, and one more for what comes late.
create table days as select market, local_date,
    cast(timezone('UTC', timezone(zone, cast(local_date as timestamp))) as date) as first_file,
    cast(timezone('UTC', timezone(zone, cast(local_date + 1 as timestamp)) - interval 1 microsecond) as date) + 1 as last_file
    from (select distinct market, zone, local_date from placed);
-- Of several deliveries among the files of the day the earliest counts, then the first by object and record.
create table visits as select p.*, row_number() over (partition by d.market, d.local_date, p.id order by p.began, p.object, p.record) as nth
    from days d join placed p on p.file_date between d.first_file and d.last_file
    where p.market = d.market and p.local_date = d.local_date;
create table counted as select *,
    (select name from slots where slots.hour <= extract(hour from local) order by slots.hour desc limit 1) as slot,
    failed or coalesce(stall_ms >= 1000, false) or coalesce(first_frame_ms > 600, false) as is_bad_visit
    from visits where nth = 1;
create table seen as select market, local_date, room, viewer,
    arg_min(slot || '|' || coalesce(host, ''), (began, object, record)) as place,
    arg_min(slot || '|' || coalesce(host, ''), (began, object, record)) filter (is_bad_visit) as hit
    from counted where viewer is not null group by all;
create table rungs as select market, local_date, slot, room, host, rung, count(*) as n from counted where rung is not null group by all;
create table expected as
select market, local_date, slot, room as broadcast_id, host as host_id,
    count(*) as views, count(first_frame_ms) as starts, count(*) filter (first_frame_ms <= 600) as good_starts,
    quantile_disc(first_frame_ms, 0.5) as p50_first_frame_ms, quantile_disc(first_frame_ms, 0.95) as p95_first_frame_ms,
    sum(stalls) as stalls, count(*) filter (stall_ms >= 1000) as stalled_views,
    sum(stall_ms) / 1000.0 as stall_seconds, sum(watch_ms) / 1000.0 as watch_seconds,
    sum(stall_ms) filter (watch_ms is not null) / nullif(sum(watch_ms) filter (stall_ms is not null), 0) as stall_ratio,
    count(*) filter (failed) as failures,
    count(*) filter (first_frame_ms <= 600) / nullif(count(first_frame_ms), 0) as good_start_share,
    count(*) filter (failed) / count(*) as failure_share,
    -- Nobody is known to have been where no row names anyone.
    case when count(viewer) > 0 then (select count(*) from seen s where s.market = c.market and s.local_date = c.local_date
        and s.room = c.room and s.place = c.slot || '|' || coalesce(c.host, '')) end as viewers,
    case when count(viewer) > 0 then (select count(*) from seen s where s.market = c.market and s.local_date = c.local_date
        and s.room = c.room and s.hit = c.slot || '|' || coalesce(c.host, '')) end as viewers_hit,
    avg(offset_ms) as mean_audio_video_offset_ms, avg(bps) / 1000 as mean_bitrate_kbps,
    (select r.rung from rungs r where r.market = c.market and r.local_date = c.local_date and r.slot = c.slot and r.room = c.room
        and r.host is not distinct from c.host order by n desc, rung limit 1) as rung,
from counted c group by market, local_date, slot, room, host;
"""


def main() -> int:
    binary = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for path, content in CONFIG.items():
            write(folder / path, content)
        for path, rows in draw(7).items():
            write(folder / path, "\n".join(",".join(row) for row in [COLUMNS, *rows]) + "\n")
        at = (FIRST + timedelta(days=DAYS + 10)).isoformat().replace("+00:00", "Z")
        span = ["--from", str((FIRST + timedelta(days=1)).date()), "--to", str((FIRST + timedelta(days=DAYS - 3)).date())]
        run = subprocess.run([binary, "backfill", "nightly", *span, "--at", at], cwd=folder, capture_output=True, text=True)
        if run.returncode != 0:
            print(run.stdout, run.stderr)
            return 1
        return compare(folder)


def write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def compare(folder: Path) -> int:
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'")
    db.execute("create table markets (market varchar, zone varchar)")
    db.executemany("insert into markets values (?, ?)", list(MARKETS.items()))
    db.execute("create table slots (name varchar, hour integer)")
    db.executemany("insert into slots values (?, ?)", SLOTS)
    files = sorted(glob.glob(str(folder / "exports/player/*/*.csv")))
    for statement in COUNTED.format(files=files).split(";\n"):
        if statement.strip():
            db.execute(statement)
    published = f"read_parquet('{folder}/archive/quality/*/*/*/*.parquet', hive_partitioning = false)"
    key = ["market", "local_date", "slot", "broadcast_id", "host_id"]
    names = [row[0] for row in db.execute("describe expected").fetchall()]
    rows = {}
    for kind, table in [("expected", "expected"), ("published", published)]:
        where = f"where local_date in (select local_date from {published})"
        found = db.execute(f"select {', '.join(names)} from {table} {where}").fetchall()
        rows[kind] = {tuple(map(str, row[: len(key)])): dict(zip(names, row)) for row in found}
    wrong = [f"{place} is only {kind}" for kind, other in [("expected", "published"), ("published", "expected")]
             for place in rows[kind].keys() - rows[other].keys()]
    cells = 0
    for place in rows["expected"].keys() & rows["published"].keys():
        for column in names[len(key):]:
            one, other = rows["expected"][place][column], rows["published"][place][column]
            cells += 1
            if not is_same(one, other):
                wrong.append(f"{place} {column}: DuckDB {one}, coverledger {other}")
    for receipt in glob.glob(str(folder / "archive/_receipts/player/*/*/*.json")):
        for export in json.loads(Path(receipt).read_text())["content"]["exports"]:
            account = export["rows"]
            if account["rows_in"] != sum(account[what] for what in ("counted", "duplicate", "outside", "rejected")):
                wrong.append(f"{receipt}: {export['key']} does not balance")
            rejected = db.execute("select count(*) filter (is_rejected), count(*) from read where object = ?", [export["key"]]).fetchone()
            if rejected != (account["rejected"], account["rows_in"]):
                wrong.append(f"{export['key']}: DuckDB rejects {rejected}, coverledger {account}")
    for told in wrong[:20]:
        print(told)
    print(f"quality: {len(rows['published'])} rows, {cells} cells compared with DuckDB {duckdb.__version__}, {len(wrong)} differ")
    return 1 if wrong or cells < 400 else 0


def is_same(one: object, other: object) -> bool:
    if one is None or other is None:
        return one is other
    if isinstance(other, float):
        return abs(float(one) - other) <= TOLERANCE * max(1.0, abs(other))
    return str(one) == str(other)


if __name__ == "__main__":
    sys.exit(main())
