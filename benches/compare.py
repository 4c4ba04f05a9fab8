"""Holds a peer's tables against coverledger's archive: every row, every count, exactly."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from job import COUNTS, KEYS


@dataclass
class Comparison:
    rows: int
    values: int
    differences: list[str]   # the first few of each kind, in words


def compare(archive: Path, answer: Path) -> Comparison:
    """Both tables of an archive with those that a peer wrote."""
    total = Comparison(0, 0, [])
    with duckdb.connect() as db:
        for table, keys in KEYS.items():
            theirs = answer / f"{table}.parquet"
            if not theirs.is_file():
                total.differences.append(f"{table}: there is no {theirs}")
                continue
            ours = sorted(map(str, archive.glob(f"{table}/*/*/*/*.parquet")))
            compare_table(db, table, keys, ours, theirs, total)
    if not total.rows:
        total.differences.append("nothing to compare")
    return total


def sums(archive: Path) -> dict[str, dict[str, int]]:
    """The sums of the table `funnel` of an archive, by market."""
    paths = sorted(map(str, archive.glob("funnel/*/*/*/*.parquet")))
    if not paths:
        return {}
    with duckdb.connect() as db:
        summed = ", ".join(f"sum({count})::bigint" for count in COUNTS)
        rows = db.execute(f"select market, {summed} from read_parquet($paths, hive_partitioning = false) group by market", {"paths": paths})
        return {market: dict(zip(COUNTS, found)) for market, *found in rows.fetchall()}


def compare_table(db: duckdb.DuckDBPyConnection, table: str, keys: tuple[str, ...], ours: list[str], theirs: Path, total: Comparison) -> None:
    named = ", ".join(keys)
    values = ", ".join(f"{count}: {count}::double" for count in COUNTS)
    for side, paths in (("ours", ours), ("theirs", [str(theirs)])):
        db.execute(f"create or replace temp table {side} as select {named}, {{{values}, there: 1}} as {side} from read_parquet($paths, hive_partitioning = false)", {"paths": paths})
        again = db.execute(f"select count(*) from (select {named} from {side} group by all having count(*) > 1)").fetchone()[0]
        if again:
            total.differences.append(f"{table}: {again:,} keys come twice in {side}")
    db.execute(f"create or replace temp table joined as select {named}, ours, theirs from ours full join theirs using ({named})")
    rows = db.execute("select count(*) from ours").fetchone()[0]
    total.rows += rows
    total.values += rows * len(COUNTS)
    for side, missing in (("ours", "theirs"), ("theirs", "ours")):
        lonely = db.execute(f"select {named}, count(*) over () from joined where {missing}.there is null order by all limit 3").fetchall()
        if lonely:
            total.differences.append(f"{table}: {lonely[0][-1]:,} rows only in {side}, the first of them {lonely[0][:-1]}")
    for count in COUNTS:
        differs = f"ours.{count} is distinct from theirs.{count} and ours.there = 1 and theirs.there = 1"
        first = db.execute(f"select {named}, ours.{count}, theirs.{count}, count(*) over () from joined where {differs} order by all limit 1").fetchall()
        if first:
            *key, mine, other, many = first[0]
            total.differences.append(f"{table}.{count}: {many:,} rows differ, the first {mine} and {other} at {tuple(key)}")
