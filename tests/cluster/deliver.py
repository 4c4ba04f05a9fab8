"""What platforms do to events on their way: late files, redeliveries, and rows that nobody can count.

`delivered` turns the truth of a platform into rows of files, and says which instant counts of an event that came more than once.
`dirty` puts rows among sound ones that have to be rejected; each is one record.
"""

from datetime import date

import numpy as np
import polars as pl
from truth import SEED, Platform, localized

LAST_FILE = date(2026, 4, 6)
LATE, EARLY = 0.01, 0.005
AGAIN_IN_FILE, AGAIN_IN_NEXT = 0.006, 0.004
SHIFT_MS = 40_000   # a redelivery that is more than a minute apart would be another event
DIRTY_SHARE = 0.003
LONG = "x" * 300    # ids have at most 256 bytes
# Of rows of text: the column and the value that cannot be; a record of each kind in turn.
FAULTS = [
    ("at", "yesterday"), ("kind", "hover"), ("room", "7.65142E+18"), ("cover", LONG), ("cover", ""), ("at", "1970-01-01T00:00:00Z"),
    ("id", ""),
]


def own_date(platform: Platform) -> pl.Expr:
    return pl.col("at").dt.convert_time_zone(platform.zone).dt.date()


def delivered(platform: Platform, events: pl.DataFrame, number: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows with `file_date`, and the events as they count: of several deliveries the earliest."""
    dice = np.random.default_rng([SEED, number, 1])
    rows = events.with_columns(file_date=own_date(platform), stays_after=pl.col("at") - pl.col("credited"))
    if not platform.has_ids:
        return kiosk(platform, rows)
    size = len(rows)
    late = np.where(dice.random(size) < LATE, 1, 0)
    if platform.is_flags:
        late = np.where(dice.random(size) < EARLY, -1, late)
    copies = [rows.with_columns(later=pl.Series(late))]
    for share, later in ((AGAIN_IN_FILE, 0), (AGAIN_IN_NEXT, 1)):
        again = rows.filter(pl.Series(dice.random(size) < share))
        shift = pl.Series(dice.integers(-SHIFT_MS, SHIFT_MS, len(again)) * 1000).cast(pl.Duration("us"))
        moved = again.with_columns(at=pl.col("at") + shift, credited=pl.col("credited") + shift)
        if platform.name == "edges":
            moved = another(dice, moved)
        else:
            moved = where_the_date_is_the_same(platform, again, moved)
        copies.append(moved.with_columns(later=pl.lit(later, pl.Int64)))
    # As many rows as before: in the next file lies what had been in an earlier one.
    whole = pl.concat(copies).with_columns(file_date=own_date(platform) + pl.duration(days=pl.col("later")))
    whole = whole.with_columns(file_date=pl.min_horizontal("file_date", pl.lit(LAST_FILE)))
    counted = whole.sort("at").unique("event", keep="first", maintain_order=True).sort("event")
    return whole.drop("later", "stays_after"), counted


def where_the_date_is_the_same(platform: Platform, rows: pl.DataFrame, moved: pl.DataFrame) -> pl.DataFrame:
    """Redeliveries keep their instant where another one would lie on another day of the market or of the files."""
    dates = [localized(frame).sort("event").with_columns(own=own_date(platform)) for frame in (rows, moved)]
    is_same = (dates[0]["local_date"] == dates[1]["local_date"]) & (dates[0]["own"] == dates[1]["own"])
    rows, moved = rows.sort("event"), moved.sort("event")
    return pl.concat([moved.filter(is_same), rows.filter(~is_same)]).sort("event")


def another(dice: np.random.Generator, moved: pl.DataFrame) -> pl.DataFrame:
    """Some redeliveries tell of another viewer or cover, and all may lie beyond a border."""
    size = len(moved)
    viewer = pl.when(pl.Series(dice.random(size) < 0.3)).then(pl.col("viewer") + 1).otherwise("viewer")
    cover = pl.when(pl.Series(dice.random(size) < 0.3)).then(pl.lit("unboxing")).otherwise("cover_id")
    return moved.with_columns(viewer=viewer, cover_id=cover)


def kiosk(platform: Platform, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A wall clock without a zone: of an hour that it shows twice the first is meant."""
    wall = pl.col("at").dt.convert_time_zone(platform.zone).dt.replace_time_zone(None)
    at = wall.dt.replace_time_zone(platform.zone, ambiguous="earliest").dt.convert_time_zone("UTC")
    rows = rows.with_columns(at=at).with_columns(credited=pl.col("at"))
    return rows.drop("stays_after"), rows


def dirty(dice: np.random.Generator, lines: list[bytes], broken: list) -> tuple[bytes, int]:
    """A file with records among its lines that are to be rejected, and how many these are. `broken` makes one out of a sound line."""
    count = int(len(lines) * DIRTY_SHARE)
    places = np.sort(dice.integers(0, len(lines), count))
    whole = []
    start = 0
    for number, place in enumerate(places):
        whole += lines[start:place]
        whole.append(broken[number % len(broken)](lines[place]))
        start = place
    return b"\n".join(whole + lines[start:]) + b"\n", count


def faulty_csv(columns: list[str]) -> list:
    """Makers of records of delimited text that cannot be counted. No field of a sound line has a comma or a quote."""

    def replaced(name: str, value: str):
        place = columns.index(name)

        def broken(line: bytes) -> bytes:
            fields = line.split(b",")
            fields[place] = value.encode()
            return b",".join(fields)

        return broken

    makers = [replaced(name, value) for name, value in FAULTS if name in columns]
    return [*makers, lambda line: line + b",one,more", lambda line: b"\xff\xfe" + line]


def faulty_json() -> list:
    """The same of lines that are JSON objects."""

    def replaced(name: str, value: bytes):
        def broken(line: bytes) -> bytes:
            begin = line.index(b'"%s":' % name.encode()) + len(name) + 3
            end = line.index(b',"', begin) if b',"' in line[begin:] else len(line) - 1
            return line[:begin] + value + line[end:]

        return broken

    values = {"at": b'"yesterday"', "kind": b'"hover"', "room": b'"7.65142E+18"', "cover": b'"%s"' % LONG.encode(), "id": b"null"}
    makers = [replaced(name, value) for name, value in values.items()]
    return [*makers, lambda line: line[:-7], lambda line: b'{"id":"twice",' + line[1:], lambda line: b"[" + line + b"]"]


def faulty_rows(dice: np.random.Generator, rows: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """The same of a typed table."""
    count = int(len(rows) * DIRTY_SHARE)
    places = np.sort(dice.choice(len(rows), count, replace=False))
    bad = rows[places.tolist()].with_row_index("n")
    kind = pl.col("n") % 5
    bad = bad.with_columns(
        cover=pl.when(kind == 0).then(pl.lit(LONG)).when(kind == 1).then(None).otherwise("cover"),
        room=pl.when(kind == 2).then(pl.lit("7.65142E+18")).otherwise("room"),
        at=pl.when(kind == 3).then(None).otherwise("at"),
        entered=pl.when(kind == 4).then(False).otherwise("entered"), dwell=pl.when(kind == 4).then(7).otherwise("dwell"),
    ).drop("n")
    order = pl.Series(np.concatenate([np.arange(len(rows)) * 2, places * 2 + 1])).arg_sort()
    return pl.concat([rows, bad.select(rows.columns)])[order], count
