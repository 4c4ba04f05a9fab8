"""The program within its limits: memory that does not grow with the exports, bombs, and the same bytes everywhere.

    python tests/limits.py --binary target/debug/coverledger --work target/test-work/limits [memory|bombs|heavy|bytes]…

  memory  one day with 1, 10 and 50 times as many exports: the peak of the process grows by 10 % at most
  bombs   exports and YAML that promise far more than they weigh: each is refused by name, and the process stays below
          its bound while a sound export beside it is published
  heavy   exports that cost far more than they weigh if they are taken at their word, such as a tag of a megabyte of
          `>`: a run and `inspect` read or refuse each by name, within bounds of memory and time
  bytes   1, 2 and 8 threads, exports written in another order, another language, zone, umask and folder: one hash

Each has its planted bug, which has to be noticed: see the functions named `planted_…`. Only Linux tells the peak of a
child in KiB, so nothing else is served.
"""

import argparse
import gzip
import hashlib
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

MIB = 1 << 20
DEMO_NIGHT = "2026-11-02T12:00:00Z"   # when `coverledger demo` runs its job: its last day has ended everywhere

PUBLISHED_AT = re.compile(rb'(?m)^  "published_at": "[^"]*"')   # in receipts, by the machine's clock
GIVE_UP_SECONDS = 900                 # then it hangs

# memory
FACTORS = (1, 10, 50)
MAX_GROWTH = 0.10
LEAST_MEMORY_MIB = 64                 # the least that can be set, so that the smallest day already fills it
FILE_ROWS = 500_000
LEAST_FILES = 3

# bombs
BOMB_PEAK_MIB = 64 + 64               # the setting, and as much for the program itself and for decoding

# heavy
HEAVY_PEAK_MIB = 64 + 192             # the setting, and what a workbook or a document keeps while it is read
INSPECT_PEAK_MIB = 512                # what docs/OPERATIONS.md says of `inspect`
# Of processor time, on any machine, of the program that the tests build: its own code is not optimized and takes five times
# as long as a release's. What is not linear takes hours.
HEAVY_SECONDS = 120
HEADER = "id,at,event,country,room,cover,viewer\n"
PLATFORM = """version: 1
conventions: {{impression: displays, click: cover_tap}}
settle: 24h
exports:
  - name: events
    rows: events
    path: "{folder}/{{date:%Y-%m-%d}}/*"
    day: {{timezone: UTC}}
    format: {format}
    columns:
      event_id: id
      occurred_at: at
      event: {{column: event, values: {{show: impression}}}}
      market: {{column: country, otherwise: reject}}
      broadcast_id: room
      cover_id: cover
      viewer_id: viewer
      audience: []
"""
COUNTS = """version: 1
conventions: {{impression: displays, click: cover_tap}}
settle: 24h
exports:
  - name: rows
    rows: counts
    path: "{folder}/{{date:%Y-%m-%d}}/*"
    day: {{timezone: UTC}}
    format: json
    rows_at: "rows[]"
    newest: {{by: modified, per: period}}
    columns:
      period: {{start: {{column: start, format: rfc3339}}, end: {{column: end, format: rfc3339}}}}
      market: {{value: GB}}
      broadcast_id: room
      cover_id: cover
      audience: []
      counts:
        impressions: shown
"""


@dataclass(frozen=True)
class Ended:
    """How a run of the program ended."""

    code: int
    out: str
    peak_mib: float
    seconds: float
    processor_seconds: float = 0.0


# A process tells its peak from before it became another program, too. So a small one starts the program.
START = """
import json, os, subprocess, sys
umask, *command = sys.argv[1:]
child = subprocess.Popen(command, stdout=sys.stdout, stderr=subprocess.STDOUT, umask=int(umask))
_, status, usage = os.wait4(child.pid, 0)
spent = usage.ru_utime + usage.ru_stime
json.dump([os.waitstatus_to_exitcode(status), usage.ru_maxrss, spent], open("ended.json", "w"))
"""


def run(binary: Path, *args: str, cwd: Path, env: dict[str, str] | None = None, umask: int = -1) -> Ended:
    """Runs the program to its end and tells its own peak of resident memory."""
    log = cwd / "output.txt"
    started = time.monotonic()
    with log.open("wb") as out:
        command = [sys.executable, "-I", "-S", "-c", START, str(umask), binary, *args]
        subprocess.run(command, cwd=cwd, env={**os.environ, **(env or {})}, stdout=out, check=True, timeout=GIVE_UP_SECONDS)
    seconds = time.monotonic() - started
    code, peak_kib, spent = json.loads((cwd / "ended.json").read_text())
    return Ended(code, log.read_text(errors="replace"), peak_kib / 1024, seconds, spent)


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder, and the SHA-256 of its bytes; of a receipt without when it was published."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(PUBLISHED_AT.sub(b"", path.read_bytes())).hexdigest()
        for path in files if path.name != "_lock"
    }


# ----------------------------------------------------------------------------------------------- memory


def busy_day(folder: Path, files: int, memory: str) -> None:
    """One day of one platform, in so many files of distinct events."""
    workspace(folder, {"busy": PLATFORM.format(folder="busy", format="parquet")})
    settings = folder / "config/archive.yaml"
    settings.write_text(re.sub(r"(?m)^memory: .*$", f"memory: {memory}", settings.read_text()))
    exports = folder / "exports/busy/2026-11-20"
    exports.mkdir(parents=True)
    numbers = np.arange(FILE_ROWS)
    midnight = np.datetime64("2026-11-20T00:00:00", "us")
    columns = {
        "at": pa.array(midnight + (numbers * 7919 % 86_400).astype("timedelta64[s]"), pa.timestamp("us", "UTC")),
        "event": pa.array(np.full(FILE_ROWS, "show")),
        "country": pa.array(np.full(FILE_ROWS, "GB")),
        "room": pa.array(np.char.add("r", (numbers % 50).astype(str))),
        "cover": pa.array(np.char.add("c", (numbers % 200).astype(str))),
        "viewer": pa.array(np.char.add("v", (numbers * 31 % 100_003).astype(str))),
    }
    for file in range(files):
        ids = pc.cast(pa.array(numbers + file * FILE_ROWS), pa.string())
        pq.write_table(pa.table({"id": ids, **columns}), exports / f"{file:04}.parquet")


def busy_peak(binary: Path, folder: Path, factor: int, memory: str) -> float:
    busy_day(folder, LEAST_FILES * factor, memory)
    ended = run(binary, "run", "nightly", "--at", "2026-11-21T06:00:00Z", "-q", cwd=folder)
    if ended.code != 0:
        raise SystemExit(f"the night ended with code {ended.code}: {ended.out}")
    shutil.rmtree(folder)
    print(f"memory: {LEAST_FILES * factor * FILE_ROWS:,} events, bound {memory}: {ended.peak_mib:.0f} MiB", flush=True)
    return ended.peak_mib


def grows_too_much(peaks: list[float]) -> bool:
    return max(peaks) > peaks[0] * (1 + MAX_GROWTH)


def memory(binary: Path, work: Path) -> list[str]:
    peaks = [busy_peak(binary, work / "memory", factor, f"{LEAST_MEMORY_MIB}MiB") for factor in FACTORS]
    told = ", ".join(f"× {factor}: {peak:.0f} MiB" for factor, peak in zip(FACTORS, peaks, strict=True))
    problems = [f"the peak grows by more than {MAX_GROWTH:.0%}: {told}"] if grows_too_much(peaks) else []
    return problems + planted_memory(binary, work)


def planted_memory(binary: Path, work: Path) -> list[str]:
    """A bound that does not bind has to show."""
    peaks = [busy_peak(binary, work / "memory", factor, "16GiB") for factor in FACTORS[:2]]
    return [] if grows_too_much(peaks) else ["a bound that does not bind was not noticed"]


# ------------------------------------------------------------------------------------------------ bombs


def full_flush(text: bytes, times: int) -> bytes:
    """A raw deflate stream that repeats a text: blocks that end on a full flush know nothing of each other."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + block * (times - 1) + packer.flush(zlib.Z_FINISH)


def member(deflated: bytes, crc: int = 0, size: int = 0) -> bytes:
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + deflated + struct.pack("<II", crc, size & 0xFFFFFFFF)


def row(number: int) -> str:
    return f"e{number},2026-11-20T09:00:00Z,show,GB,r1,c1,v1\n"


def one_row_over_and_over(path: Path) -> None:
    """Sound rows of one event, which all meet in one partition: it may expand to 700 MB before it is refused."""
    text = (row(1) * 250_000).encode()
    path.write_bytes(gzip.compress(HEADER.encode()) + member(full_flush(text, 110)))


def ten_gigabytes_of_zeros(path: Path) -> None:
    path.write_bytes(member(full_flush(bytes(10 * MIB), 1000)))


def many_members(path: Path) -> None:
    zeros = bytes(10 * MIB)
    deflated = full_flush(zeros, 1)
    one = member(deflated, zlib.crc32(zeros), len(zeros))
    path.write_bytes(gzip.compress(HEADER.encode()) + one * 1000)


def nested_members(path: Path) -> None:
    inner = member(full_flush(bytes(10 * MIB), 1000))
    for _ in range(3):
        inner = gzip.compress(inner)
    path.write_bytes(inner)


def endless_line(path: Path) -> None:
    """1 GB without a line end, which takes no room on the disk."""
    with path.open("wb") as file:
        file.write(HEADER.encode())
        file.truncate(1_000_000_000)


def endless_line_of_json(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b'{"id": "')
        file.truncate(1_000_000_000)


def deep_lines(path: Path) -> None:
    path.write_bytes(b"[" * (10 * MIB) + b"\n")


def deep_document(path: Path) -> None:
    path.write_bytes(b'{"rows": ' + b"[" * (10 * MIB))


def parquet_page(path: Path) -> None:
    """A page whose header promises 2^31 - 1 bytes."""
    rows = 1000
    table = pa.table({name: [f"{name}{n}" for n in range(rows)] for name in HEADER.strip().split(",")})
    pq.write_table(table, path, compression="snappy", use_dictionary=False, write_statistics=False)
    whole = bytearray(path.read_bytes())
    page = pq.ParquetFile(path).metadata.row_group(0).column(0).data_page_offset
    # Thrift's compact protocol: field 1 (i32, page type 0), field 2 (i32, uncompressed size, zigzag varint).
    assert whole[page:page + 3] == b"\x15\x00\x15", whole[page:page + 8].hex()
    size = page + 3
    end = size
    while whole[end] & 0x80:
        end += 1
    # The varint of 2^31 - 1 is longer than that of the true size, so the bytes behind it are overwritten.
    whole[size:size + 5] = b"\xfe\xff\xff\xff\x0f"
    path.write_bytes(whole)


def parquet_rows(path: Path) -> None:
    """Values of 1 MB that a dictionary holds once and 1,500 rows of seven columns name: 10 GB in a few bytes."""
    names = HEADER.strip().split(",")
    long = pa.DictionaryArray.from_arrays(pa.array([0] * 1_500, pa.int32()), pa.array(["x" * MIB]))
    pq.write_table(pa.table(dict.fromkeys(names, long)), path, compression="zstd")


BOMBS = {
    "1 GB of one row in gzip": ("csv", one_row_over_and_over),
    "10 GB of zeros in 10 MB of gzip": ("csv", ten_gigabytes_of_zeros),
    "1,000 gzip members of 10 MB": ("csv", many_members),
    "gzip in gzip in gzip in gzip": ("csv", nested_members),
    "a line of 1 GB, CSV": ("csv", endless_line),
    "a line of 1 GB, NDJSON": ("ndjson", endless_line_of_json),
    "10 million levels, NDJSON": ("ndjson", deep_lines),
    "10 million levels, JSON": ("json", deep_document),
    "a Parquet page of 2^31 - 1 bytes": ("parquet", parquet_page),
    "a Parquet dictionary of 10 GB": ("parquet", parquet_rows),
}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def workspace(folder: Path, platforms: dict[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    write(folder / "config/archive.yaml",
          "version: 1\nhome_timezone: UTC\nstores: {exports: {url: exports}, archive: {url: archive}}\n"
          f"memory: {LEAST_MEMORY_MIB}MiB\nthreads: 2\n")
    write(folder / "config/markets.yaml",
          'version: 1\nslots: {all: {day: "00:00"}}\nmarkets: {GB: {timezone: Europe/London, slots: all}}\n')
    for name, text in platforms.items():
        write(folder / f"config/platforms/{name}.yaml", text)
    write(folder / "jobs/nightly.yaml",
          f"version: 1\nplatforms: [{', '.join(platforms)}]\nmarkets: [GB]\nlookback_days: 1\n")


def bombed(binary: Path, folder: Path, kind: str, plant) -> Ended:
    """A night with one bomb and one sound export beside it."""
    text = COUNTS if kind == "json" else PLATFORM
    workspace(folder, {
        "bombed": text.format(folder="bombed", format=kind), "sound": PLATFORM.format(folder="sound", format="csv"),
    })
    write(folder / "exports/sound/2026-11-20/a.csv", HEADER + row(1))
    bomb = folder / "exports/bombed/2026-11-20/bomb"
    bomb.parent.mkdir(parents=True)
    plant(bomb)
    return run(binary, "run", "nightly", "--at", "2026-11-21T06:00:00Z", cwd=folder)


def not_refused(ended: Ended, folder: Path) -> list[str]:
    """What is wrong with how a bombed night ended."""
    problems = []
    if ended.code not in (4, 6):
        problems.append(f"exit code {ended.code}")
    if "bombed/2026-11-20/bomb" not in ended.out:
        problems.append("the export is not named")
    if ended.peak_mib > BOMB_PEAK_MIB:
        problems.append(f"its peak was {ended.peak_mib:.0f} MiB, more than {BOMB_PEAK_MIB}")
    if not list((folder / "archive/_receipts/sound").rglob("*.json")):
        problems.append("the sound export was not published")
    if (folder / "archive/_receipts/bombed/GB").exists():
        problems.append("the bomb was published")
    return problems


def bombs(binary: Path, work: Path) -> list[str]:
    problems = []
    folder = work / "bombs"
    for name, (kind, plant) in BOMBS.items():
        ended = bombed(binary, folder, kind, plant)
        size = (folder / "exports/bombed/2026-11-20/bomb").stat().st_size
        reason = next((line.strip() for line in ended.out.splitlines() if "bombed/2026-11-20/bomb" in line), "")
        print(f"bombs: {name} ({size / 1e6:.1f} MB): {ended.peak_mib:.0f} MiB, {ended.seconds:.1f} s: {reason[:160]}")
        problems += [f"{name}: {problem}" for problem in not_refused(ended, folder)]
    problems += aliases(binary, folder) + planted_bomb(binary, folder)
    shutil.rmtree(folder, ignore_errors=True)
    return problems


def aliases(binary: Path, folder: Path) -> list[str]:
    """YAML whose aliases would expand to 10^9 items is a problem of the file, with its line."""
    workspace(folder, {"sound": PLATFORM.format(folder="sound", format="csv")})
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with (folder / "config/markets.yaml").open("a") as file:
        file.write("\n".join(lines) + "\n")
    ended = run(binary, "check", cwd=folder)
    print(f"bombs: aliases in YAML: {ended.peak_mib:.0f} MiB, {ended.seconds:.1f} s, exit code {ended.code}")
    is_named = ended.code == 3 and "aliases" in ended.out and "markets.yaml" in ended.out
    return [] if is_named and ended.peak_mib < BOMB_PEAK_MIB else [f"aliases: exit code {ended.code}, {ended.peak_mib:.0f} MiB: {ended.out[:300]}"]


def planted_bomb(binary: Path, folder: Path) -> list[str]:
    """A sound export in the bomb's place has to be noticed: it is published, so it was not refused."""
    ended = bombed(binary, folder, "csv", lambda path: path.write_text(HEADER + row(2)))
    return [] if not_refused(ended, folder) else ["a bomb that was published was not noticed"]


# ------------------------------------------------------------------------------------------------ heavy


XLSX = "http://schemas.openxmlformats.org/"
OFFICE = XLSX + "officeDocument/2006/relationships"


def column(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def links(*each: tuple[str, str, str]) -> str:
    links = (f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>' for name, kind, target in each)
    return f'<Relationships xmlns="{XLSX}package/2006/relationships">{"".join(links)}</Relationships>'


def book(path: Path, rows: str = "", before: str = "", sheets: list[str] | None = None, more: dict[str, str] | None = None,
         parts: int = 1) -> None:
    """A workbook of one row, with what is given before its data and behind it, and further parts."""
    cells = lambda line, at: "".join(f'<c r="{column(n)}{at}" t="inlineStr"><is><t>{cell}</t></is></c>'
                                     for n, cell in enumerate(line.strip().split(","), 1))
    sheet = (f'<worksheet xmlns="{XLSX}spreadsheetml/2006/main">{before}<sheetData><row r="1">{cells(HEADER, 1)}</row>'
             f'<row r="2">{cells(row(1), 2)}</row>{rows}</sheetData></worksheet>')
    types = "".join(f'<Override PartName="/xl/{name}.xml" ContentType="application/vnd.openxmlformats-officedocument.'
                    f'spreadsheetml.{kind}+xml"/>' for name, kind in (("workbook", "sheet.main"), ("worksheets/sheet1", "worksheet")))
    listed = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="{name}"/>' for n, name in enumerate(sheets or ["r1"], 1))
    own = [(f"r{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, parts + 1)]
    own += [(f"p{n}", Path(name).stem, name) for n, name in enumerate(more or {})]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", f'<Types xmlns="{XLSX}package/2006/content-types"><Default Extension="rels" '
                         f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>')
        package.writestr("_rels/.rels", links(("r1", "officeDocument", "xl/workbook.xml")))
        package.writestr("xl/workbook.xml", f'<workbook xmlns="{XLSX}spreadsheetml/2006/main" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>')
        package.writestr("xl/_rels/workbook.xml.rels", links(*own))
        for number in range(1, parts + 1):
            package.writestr(f"xl/worksheets/sheet{number}.xml", sheet)
        for name, text in (more or {}).items():
            package.writestr(f"xl/{name}", text)


def strings(body: str) -> dict[str, str]:
    return {"sharedStrings.xml": f'<sst xmlns="{XLSX}spreadsheetml/2006/main">{body}</sst>'}


def long_format(path: Path) -> None:
    """One number format of 1 MB and 100,000 styles that have it."""
    styles = (f'<styleSheet xmlns="{XLSX}spreadsheetml/2006/main"><numFmts><numFmt numFmtId="164" formatCode="{"0" * 1_000_000}"/>'
              f'</numFmts><cellXfs>' + '<xf numFmtId="164"/>' * 100_000 + "</cellXfs></styleSheet>")
    book(path, more={"styles.xml": styles})


def wide_sheets(path: Path) -> None:
    """600 sheets, each with a row of 1,900 cells that are one text of 30,000 letters."""
    cells = "".join(f'<c r="{column(n)}3" t="s"><v>0</v></c>' for n in range(1, 1_900))
    book(path, rows=f'<row r="3">{cells}</row>', sheets=[f"r{n}" for n in range(1, 601)], parts=600,
         more=strings(f"<si><t>{'y' * 30_000}</t></si>"))


def last_columns(path: Path) -> None:
    book(path, rows="".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(3, 1_000_000)))


def around(path: Path) -> None:
    """500,000 numbers beside a list of 5,000 rows."""
    members = ",".join(f'"k{n}":{n}' for n in range(500_000))
    rows = ",".join(f'{{"room":"r{n}","shown":{n}}}' for n in range(5_000))
    path.write_text(f'{{{members},"rows":[{rows}]}}')


def long_key(path: Path) -> None:
    """A key of 1 MB above 100,000 members."""
    members = ",".join(f'"k{n}":1' for n in range(100_000))
    path.write_text(f'{{"rows":[{{"room":"r","{"p" * 1_000_000}":{{{members}}}}}]}}')


def million_keys(path: Path) -> None:
    path.write_text("{" + ",".join(f'"k{n}":{{"room":"r{n}","shown":1}}' for n in range(1_000_000)) + "}")


def deep_rows(path: Path) -> None:
    deep = '{"a":' * 100_000 + "1" + "}" * 100_000
    path.write_text('{"id":"e1","x":' + deep + "}\n")


def long_lines(path: Path) -> None:
    path.write_text("".join('{"id":"' + "z" * 1_000_000 + f'{n}"}}\n' for n in range(150)))


def half_a_million_columns(path: Path) -> None:
    line = ",".join("1" for _ in range(500_000))
    path.write_text(",".join(f"m{n}" for n in range(100_000)) + "\n" + f"{line}\n" * 20)


def group_over_columns(path: Path) -> None:
    path.write_text("g" * 500_000 + "," * 100_000 + "\n" + ",".join("x" for _ in range(200_000)) + "\n")


def open_quotes(path: Path) -> None:
    path.write_text(HEADER + 'e1,"2026,show,GB,r1,c1,v1\n' * 400_000)


def wide_rates(path: Path) -> None:
    """600 columns, a percentage and a whole number by turns."""
    numbers = random.Random(1)
    cell = lambda n: str(numbers.randint(1, 1_000)) if n % 2 else f"{numbers.random() * 10:.2f}%"
    lines = [",".join(f"m{n}" for n in range(600))] + [",".join(map(cell, range(600))) for _ in range(60)]
    path.write_text("\n".join(lines) + "\n")


def alike(path: Path) -> None:
    """2,000 columns that are all alike."""
    cell = lambda line, n: f"{line % 7 + 1}.00%" if n % 2 else str(100 * (line % 7 + 1))
    lines = [",".join(f"m{n}" for n in range(2_000))] + [",".join(cell(line, n) for n in range(2_000)) for line in range(200)]
    path.write_text("\n".join(lines) + "\n")


def large_counts(path: Path) -> None:
    """600 columns of numbers that have as many digits as a date."""
    numbers = random.Random(1)
    line = lambda: ",".join(str(numbers.randint(100_000, 9_999_999)) for _ in range(600))
    path.write_text(",".join(f"m{n}" for n in range(600)) + "\n" + "".join(line() + "\n" for _ in range(60)))


TAG = '<x y="' + ">" * 1_000_000 + '"/>'
HEAVY = {
    "sixty tags of 1 MB of `>`": ("xlsx", lambda path: book(path, before=TAG * 60)),
    "one part that is 20,000 sheets": ("xlsx", lambda path: book(path, sheets=["r1"] * 20_000)),
    "900 sheets": ("xlsx", lambda path: book(path, sheets=[f"r{n}" for n in range(1, 901)], parts=900)),
    "13 million empty shared strings": ("xlsx", lambda path: book(path, more=strings("<si/>" * 13_000_000))),
    "100,000 styles of one long format": ("xlsx", long_format),
    "a long text in a million cells": ("xlsx", wide_sheets),
    "a million cells in the last column": ("xlsx", last_columns),
    "500,000 numbers around a list": ("json", around),
    "a key of 1 MB above 100,000 others": ("json", long_key),
    "a million keys": ("json", million_keys),
    "100,000 levels in a line": ("ndjson", deep_rows),
    "150 lines of 1 MB": ("ndjson", long_lines),
    "500,000 columns": ("csv", half_a_million_columns),
    "a name of 500 KB above 100,000 columns": ("csv", group_over_columns),
    "400,000 quotes that do not close": ("csv", open_quotes),
    "600 columns of rates and counts": ("csv", wide_rates),
    "2,000 columns that are alike": ("csv", alike),
    "600 columns of large counts": ("csv", large_counts),
}


def too_heavy(what: str, ended: Ended, most_mib: int) -> list[str]:
    """What is wrong with how a heavy file was read: it need not be refused, but it may not hurt."""
    problems = []
    if ended.code not in (0, 4, 6) or "panicked" in ended.out:
        problems.append(f"{what}: exit code {ended.code}: {ended.out[-200:]}")
    if ended.code == 6 and "bomb" not in ended.out:
        problems.append(f"{what}: the file is not named")
    if ended.peak_mib > most_mib:
        problems.append(f"{what}: its peak was {ended.peak_mib:.0f} MiB, more than {most_mib}")
    if ended.processor_seconds > HEAVY_SECONDS:
        problems.append(f"{what}: it took {ended.processor_seconds:.0f} s of processor time")
    return problems


def heavy(binary: Path, work: Path) -> list[str]:
    problems = []
    folder = work / "heavy"
    for name, (kind, plant) in {**HEAVY, **BOMBS}.items():
        ended = bombed(binary, folder, kind, plant)
        bomb = folder / "exports/bombed/2026-11-20/bomb"
        looked = run(binary, "inspect", str(bomb), cwd=folder)
        print(f"heavy: {name} ({bomb.stat().st_size / 1e6:.1f} MB): run {ended.peak_mib:.0f} MiB, {ended.processor_seconds:.1f} s, "
              f"code {ended.code}; inspect {looked.peak_mib:.0f} MiB, {looked.processor_seconds:.1f} s, code {looked.code}")
        wrong = too_heavy("run", ended, HEAVY_PEAK_MIB) + too_heavy("inspect", looked, INSPECT_PEAK_MIB)
        if not (folder / "archive/_receipts/sound/GB").exists():
            wrong.append("the sound export beside it was not published")
        problems += [f"{name}: {problem}" for problem in wrong]
    if not too_heavy("planted", Ended(0, "", HEAVY_PEAK_MIB + 1, 0), HEAVY_PEAK_MIB):
        problems.append("a peak beyond its bound was not noticed")
    shutil.rmtree(folder, ignore_errors=True)
    return problems


# ------------------------------------------------------------------------------------------------ bytes


def sameness(binary: Path, work: Path) -> list[str]:
    """One archive, however the machine is set and in whatever order its exports were written."""
    source = work / "bytes/source"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    made = run(binary, "demo", "demo", "--generate-only", "--events", "60000", cwd=source)
    if made.code != 0:
        raise SystemExit(f"the demo could not be written: {made.out}")
    places = {
        "as it comes": {},
        "1 thread": {"threads": 1},
        "2 threads": {"threads": 2},
        "8 threads": {"threads": 8},
        "written in another order": {"shuffled": 1},
        "written in a third order": {"shuffled": 2},
        "German": {"env": {"LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8"}},
        "in Apia": {"env": {"TZ": "Pacific/Apia"}},
        "umask 077": {"umask": 0o077},
        "a place with a long name": {"folder": "x" * 60},
    }
    archives = {name: archive(binary, source, work / "bytes", **how) for name, how in places.items()}
    hashes = {name: digest(files) for name, files in archives.items()}
    print(f"bytes: {len(places)} ways, {len(archives['as it comes'])} files, {len(set(hashes.values()))} hash")
    problems = [f"{name}: other bytes than as it comes" for name in hashes if hashes[name] != hashes["as it comes"]]
    other_night = digest(archive(binary, source, work / "bytes", at="2026-11-02T12:00:01Z"))
    if other_night == hashes["as it comes"]:
        problems.append("a run at another instant was not noticed")
    shutil.rmtree(work / "bytes")
    return problems


def archive(binary: Path, source: Path, work: Path, *, threads=None, shuffled=None, env=None, umask=-1,
            folder="run", at=DEMO_NIGHT) -> dict[str, str]:
    """The archive that the program makes of a copy of the week."""
    place = work / folder
    shutil.rmtree(place, ignore_errors=True)
    files = sorted(path for path in (source / "demo").rglob("*") if path.is_file())
    if shuffled is not None:
        random.Random(shuffled).shuffle(files)
    for path in files:
        copy = place / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
    if threads:
        with (place / "demo/config/archive.yaml").open("a") as file:
            file.write(f"\nthreads: {threads}\n")
    ended = run(binary, "run", "nightly", "--at", at, "--config", "demo/config", "--jobs", "demo/jobs", "-q",
                cwd=place, env=env, umask=umask)
    if ended.code not in (0, 4):
        raise SystemExit(f"the night ended with code {ended.code}: {ended.out}")
    made = tree(place / "demo/archive")
    shutil.rmtree(place)
    return made


def digest(files: dict[str, str]) -> str:
    return hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("parts", nargs="*", metavar="PART", help="memory, bombs, heavy, bytes [default: all]")
    args = parser.parse_args()
    parts = {"memory": memory, "bombs": bombs, "heavy": heavy, "bytes": sameness}
    if unknown := set(args.parts) - set(parts):
        parser.error(f"no part {', '.join(sorted(unknown))} (parts: {', '.join(parts)})")
    args.work.mkdir(parents=True, exist_ok=True)
    problems = []
    for name in args.parts or parts:
        problems += [f"{name}: {problem}" for problem in parts[name](args.binary.resolve(), args.work)]
    for problem in problems:
        print(f"problem: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
