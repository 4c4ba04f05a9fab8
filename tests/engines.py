"""Reads an archive with every engine that docs/FORMATS.md names, as that page says, and holds the answers against DuckDB's.

    python tests/engines.py --archive demo/archive                      what this interpreter has
    python tests/engines.py --archive demo/archive --python OTHER …     what the others have: another pyarrow, Spark
    python tests/engines.py --archive demo/archive --only Spark …       these engines only

Each statement in the table "How each engine reads a folder" is carried out as it stands there, beside the archive. Then
each engine is asked the same: how much is there; one slot of one market on one date; two tables joined; the largest rows in
order; the whole table as CSV; and how many rows each table has. No row may be in another version than the page says.
"""

import argparse
import csv
import datetime
import functools
import glob
import importlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import re

PAGE = Path(__file__).resolve().parent.parent / "docs/FORMATS.md"
HEADING = "#### How each engine reads a folder"
SHOWN = ["platform", "market", "local_date", "slot", "audience", "impressions"]
KEYS = ["platform", "market", "local_date"]
TABLE, OTHER = "slot_audience", "capability"

TOTAL = f"select count(*) as r, sum(impressions) as i from {TABLE}"
FILTERED = (
    f"select sum(impressions) as i, sum(clicks) as c from {TABLE} "
    "where slot = '{slot}' and market = '{market}' and local_date = date '{date}'"
)
JOINED = (
    f"select sum(s.impressions) as i from {TABLE} as s join {OTHER} as c "
    "on s.platform = c.platform and s.market = c.market and s.local_date = c.local_date "
    "where c.count = 'impressions' and c.offered"
)
FIRST = (
    f"select {', '.join(SHOWN)} from {TABLE} where impressions is not null "
    f"order by impressions desc, {', '.join(SHOWN[:-1])} limit 5"
)
ALL = f"select * from {TABLE}"


def lines() -> list[dict]:
    """The table of the page: engine, statement, what it was run with."""
    after = PAGE.read_text(encoding="utf-8").split(HEADING, 1)[1]
    table = [line for line in after.split("\n#", 1)[0].splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[2:]]
    return [{"engine": row[0], "statement": row[1].strip("`"), "run with": row[2]} for row in cells]


def plain(value):
    """A cell as every engine can say it."""
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()[:10]
    if isinstance(value, bytes):
        return value.decode()
    return value if isinstance(value, (str, type(None))) else int(value)


def of_csv(folder: Path) -> list[int]:
    """Rows of the CSV files in a folder, and their impressions."""
    rows = impressions = 0
    for file in sorted(folder.rglob("*.csv")):
        with file.open(encoding="utf-8", newline="") as text:
            for row in csv.DictReader(text):
                rows += 1
                cell = row["impressions"]
                impressions += int(float(cell)) if cell not in ("", "NULL", "\\N") else 0
    return [rows, impressions]


class Sql:
    """An engine that is asked in SQL: by what it calls a table, and how it answers."""

    def __init__(self, ask, to_csv, name=lambda table: table):
        self.ask, self.to_csv, self.name = ask, to_csv, name

    def query(self, text: str) -> list[list]:
        for table in (TABLE, OTHER):
            text = re.sub(rf"\b(from|join) {table}\b", rf"\1 {self.name(table)}", text)
        return [[plain(cell) for cell in row] for row in self.ask(text)]

    def answers(self, asked: dict, folder: Path) -> dict:
        text = re.sub(rf"\bfrom {TABLE}\b", f"from {self.name(TABLE)}", ALL)
        self.to_csv(text, folder)
        return {
            "total": self.query(TOTAL)[0],
            "filtered": self.query(FILTERED.format(**asked))[0],
            "joined": self.query(JOINED)[0],
            "first": self.query(FIRST),
            "csv": of_csv(folder),
        }

    def rows(self, table: str) -> int:
        return int(self.ask(f"select count(*) from {self.name(table)}")[0][0])


class Frames:
    """pandas, and what makes its tables. Keys of the path may be categories, and dates text."""

    def __init__(self, read):
        self.read = read

    def table(self, table: str):
        frame = self.read(table)
        for key in KEYS:
            if key in frame and str(frame[key].dtype) == "category":
                # A date in a path is text there, or the midnight of that date.
                frame[key] = frame[key].astype(str).str.removesuffix(" 00:00:00")
        return frame

    def answers(self, asked: dict, folder: Path) -> dict:
        frame, other = self.table(TABLE), self.table(OTHER)
        dates = frame["local_date"].map(plain)
        one = frame[(frame["slot"] == asked["slot"]) & (frame["market"] == asked["market"]) & (dates == asked["date"])]
        offered = other[(other["count"] == "impressions") & other["offered"].astype(bool)]
        joined = frame.merge(offered, on=KEYS)
        known = frame[frame["impressions"].notna()]
        first = known.sort_values(["impressions", *SHOWN[:-1]], ascending=[False] + [True] * 5, kind="stable").head(5)
        frame.to_csv(folder / "table.csv", index=False)
        return {
            "total": [len(frame), int(frame["impressions"].sum())],
            "filtered": [int(one["impressions"].sum()), int(one["clicks"].sum())],
            "joined": [int(joined["impressions"].sum())],
            "first": [[plain(cell) for cell in row] for row in first[SHOWN].values.tolist()],
            "csv": of_csv(folder),
        }

    def rows(self, table: str) -> int:
        return len(self.read(table))


class Pandas(Frames):
    """pandas reads with filters, too, which pyarrow carries out."""

    def answers(self, asked: dict, folder: Path) -> dict:
        answers = super().answers(asked, folder)
        date = datetime.date.fromisoformat(asked["date"])
        kept = [("slot", "==", asked["slot"]), ("market", "in", [asked["market"]]), ("local_date", "==", date)]
        one = self.read(TABLE, filters=kept)
        return {**answers, "filtered": [int(one["impressions"].sum()), int(one["clicks"].sum())]}


class Dataset:
    """pyarrow without pandas."""

    def __init__(self, read):
        self.read = read

    def answers(self, asked: dict, folder: Path) -> dict:
        from pyarrow import compute, csv as arrow_csv, dataset

        field, whole = dataset.field, self.read(TABLE).to_table()
        date = datetime.date.fromisoformat(asked["date"])
        kept = (field("slot") == asked["slot"]) & (field("market") == asked["market"]) & (field("local_date") == date)
        one = self.read(TABLE).to_table(filter=kept)
        offered = self.read(OTHER).to_table(filter=(field("count") == "impressions") & field("offered"), columns=KEYS)
        joined = whole.select([*KEYS, "impressions"]).join(offered, keys=KEYS, join_type="inner")
        order = [("impressions", "descending"), *((key, "ascending") for key in SHOWN[:-1])]
        first = whole.filter(compute.is_valid(whole["impressions"])).sort_by(order).slice(0, 5)
        # pyarrow 14 writes the chunk before an empty one twice, and a market-day without rows is an empty one.
        arrow_csv.write_csv(whole.combine_chunks(), folder / "table.csv")
        total = lambda table, column: compute.sum(table[column]).as_py()
        return {
            "total": [whole.num_rows, total(whole, "impressions")],
            "filtered": [total(one, "impressions"), total(one, "clicks")],
            "joined": [total(joined, "impressions")],
            "first": [[plain(row[column]) for column in SHOWN] for row in first.to_pylist()],
            "csv": of_csv(folder),
        }

    def rows(self, table: str) -> int:
        return self.read(table).count_rows()


class Polars:
    def __init__(self, read):
        self.read = read

    def answers(self, asked: dict, folder: Path) -> dict:
        import polars as pl

        frame, other = self.read(TABLE), self.read(OTHER)
        date = datetime.date.fromisoformat(asked["date"])
        one = frame.filter(pl.col.slot == asked["slot"], pl.col.market == asked["market"], pl.col.local_date == date)
        joined = frame.join(other.filter(pl.col.count == "impressions", pl.col.offered), on=KEYS)
        known = frame.filter(pl.col.impressions.is_not_null())
        first = known.sort("impressions", *SHOWN[:-1], descending=[True] + [False] * 5).head(5)
        frame.write_csv(folder / "table.csv")
        return {
            "total": [frame.height, frame["impressions"].sum()],
            "filtered": [one["impressions"].sum(), one["clicks"].sum()],
            "joined": [joined["impressions"].sum()],
            "first": [[plain(cell) for cell in row] for row in first.select(SHOWN).rows()],
            "csv": of_csv(folder),
        }

    def rows(self, table: str) -> int:
        return self.read(table).height


# ------------------------------------------------------------------------------------------ one reader for each engine


def evaluated(statement: str, **names):
    """What a Python statement of the page gives, of whichever table."""
    return lambda table, **more: eval(statement.replace(TABLE, table), {**names, "more": more})


def duckdb_reader(statement: str) -> Sql:
    import duckdb

    source = statement.removeprefix("from ")
    write = lambda text, folder: duckdb.sql(f"copy ({text}) to '{folder}/table.csv' (header)")
    return Sql(lambda text: duckdb.sql(text).fetchall(), write, lambda table: source.replace(TABLE, table))


def pandas_reader(statement: str) -> Pandas:
    import pandas

    def read(table: str, **more):
        files = functools.partial(pandas.read_parquet, **more)
        return evaluated(statement, pd=SimpleNamespace(read_parquet=files, concat=pandas.concat), glob=glob.glob)(table)

    return Pandas(read)


def pyarrow_reader(statement: str) -> Dataset:
    import pyarrow
    from pyarrow import dataset, parquet

    return Dataset(evaluated(statement, ds=dataset, pa=pyarrow, pq=parquet, glob=glob.glob))


def fastparquet_reader(statement: str) -> Frames:
    import fastparquet
    import pandas

    return Frames(evaluated(statement, fastparquet=fastparquet, pd=pandas, glob=glob.glob))


def polars_reader(statement: str) -> Polars:
    import polars

    return Polars(evaluated(statement, pl=polars, glob=glob.glob))


def datafusion_reader(statement: str) -> Sql:
    """The page says how a table is made known; each is, when it is first asked for."""
    import datafusion

    context, known = datafusion.SessionContext(), set()

    def name(table: str) -> str:
        if table not in known:
            known.add(table)
            text = statement.replace(TABLE, table)
            if text.startswith("ctx."):
                eval(text, {"ctx": context})
            else:
                for part in text.split("; "):
                    context.sql(part).collect()
        return table

    def ask(text: str) -> list[list]:
        batches = context.sql(text).collect()
        return [list(row.values()) for batch in batches for row in batch.to_pylist()]

    write = lambda text, folder: context.sql(text).write_csv(str(folder / "table.csv"), with_header=True)
    return Sql(ask, write, name)


def clickhouse_reader(statement: str) -> Sql:
    import chdb

    source = statement.removeprefix("from ")

    def ask(text: str) -> list[list]:
        answer = chdb.query(text, "JSONCompactStrings").bytes()
        return [[int(cell) if re.fullmatch(r"-?\d+", cell) else cell for cell in row] for row in json.loads(answer)["data"]]

    def write(text: str, folder: Path) -> None:
        (folder / "table.csv").write_bytes(chdb.query(text, "CSVWithNames").bytes())

    return Sql(ask, write, lambda table: source.replace(TABLE, table))


def spark_reader(statement: str) -> Sql:
    from pyspark.sql import SparkSession

    settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1", "spark.sql.session.timeZone": "UTC",
                "spark.driver.memory": "1g", "spark.ui.showConsoleProgress": "false"}
    builder = SparkSession.builder.master("local[1]")
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark, known = builder.getOrCreate(), set()

    def name(table: str) -> str:
        if table not in known:
            known.add(table)
            evaluated(statement, spark=spark)(table).createOrReplaceTempView(table)
        return table

    def write(text: str, folder: Path) -> None:
        spark.sql(text).coalesce(1).write.mode("overwrite").option("header", True).csv(str(folder / "table"))

    return Sql(lambda text: [list(row) for row in spark.sql(text).collect()], write, name)


# By the engine's name on the page: what it is imported as, whose versions are told, and how it is asked.
READERS = {
    "polars": (["polars"], polars_reader),
    "DuckDB": (["duckdb"], duckdb_reader),
    "pandas": (["pandas", "pyarrow"], pandas_reader),
    "pyarrow": (["pyarrow"], pyarrow_reader),
    "fastparquet": (["fastparquet"], fastparquet_reader),
    "DataFusion": (["datafusion"], datafusion_reader),
    "DataFusion, in SQL": (["datafusion"], datafusion_reader),
    "ClickHouse": (["chdb"], clickhouse_reader),
    "Spark": (["pyspark"], spark_reader),
}


def versions(modules: list[str]) -> str | None:
    """What this interpreter has of an engine."""
    try:
        # Both have a `__version__`; that of pandas is `2.2.3`, that of duckdb `2.0.0`.
        return ", ".join(f"{name} {importlib.import_module(name).__version__}" for name in modules)
    except ImportError:
        return None


def tables() -> list[str]:
    # The brief is a page, and no table.
    names = {path.split("/")[1] for path in glob.glob("archive/*/**/*.parquet", recursive=True)}
    return sorted(name for name in names if not name.startswith("_"))


def answer(asked: dict, only: list[str]) -> list[dict]:
    """What the engines of this interpreter say, each line of the page."""
    told = []
    for line in lines():
        modules, reader = READERS.get(line["engine"], ([], None))
        has = versions(modules) if reader and (not only or line["engine"] in only) else None
        if has is None:
            continue
        said = {"engine": line["engine"], "statement": line["statement"], "versions": has}
        try:
            engine = reader(line["statement"])
            with tempfile.TemporaryDirectory() as folder:
                said["answers"] = engine.answers(asked, Path(folder))
            said["rows"] = {table: engine.rows(table) for table in tables()}
        except Exception as error:  # whatever it is, it is the engine's answer
            said["error"] = f"{type(error).__name__}: {str(error).splitlines()[0][:300]}"
        told.append(said)
    if not only and versions(["pyarrow"]):
        told.append({"engine": "types", "views": views()})
    return told


def views() -> list[str]:
    """Columns whose Arrow type is a view, in any file of the archive."""
    from pyarrow import parquet

    found = []
    for file in sorted(glob.glob("archive/**/*.parquet", recursive=True)):
        fields = parquet.read_schema(file)
        found += [f"{file}: {field.name} is {field.type}" for field in fields if "view" in str(field.type)]
    return found


def reference() -> tuple[dict, dict, dict]:
    """What DuckDB is asked, what it says, and how many rows each table has."""
    import duckdb

    engine = duckdb_reader(
        f"from read_parquet('archive/{TABLE}/**/*.parquet', hive_partitioning = false, union_by_name = true)"
    )
    best = f"select slot, market, local_date from {TABLE} group by all order by sum(clicks) desc, 1, 2, 3 limit 1"
    slot, market, date = engine.query(best)[0]
    asked = {"slot": slot, "market": market, "date": date}
    with tempfile.TemporaryDirectory() as folder:
        answers = engine.answers(asked, Path(folder))
    assert answers["filtered"][0] > 0 and answers["joined"][0] > 0, f"nothing is asked: {answers}"
    assert answers["csv"][1] == answers["total"][1], answers
    return asked, answers, {table: engine.rows(table) for table in tables()}


def judged(said: dict, expected: dict, rows: dict, tested: dict) -> list[str]:
    """What is wrong with what an engine said."""
    if "error" in said:
        return [said["error"]]
    wrong = [f"{what}: {got}, and DuckDB says {expected[what]}" for what, got in said["answers"].items() if got != expected[what]]
    wrong += [f"{table}: {got} rows of {rows[table]}" for table, got in said["rows"].items() if got != rows[table]]
    cell = tested[said["engine"], said["statement"]]
    named = said["versions"].split(", ")
    wrong += [f"the page does not say that it was run with {version}" for version in named if version.split()[1] not in cell]
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--archive", type=Path, required=True, help="a folder named `archive`")
    parser.add_argument("--python", action="append", default=[], help="another interpreter with engines of its own")
    parser.add_argument("--only", action="append", default=[], help="this engine of the page")
    parser.add_argument("--asked", help=argparse.SUPPRESS)
    args = parser.parse_args()
    script = Path(__file__).resolve()
    os.chdir(args.archive.resolve().parent)
    if args.asked:
        print(json.dumps(answer(json.loads(args.asked), args.only)))
        return 0

    asked, expected, rows = reference()
    tested = {(line["engine"], line["statement"]): line["run with"] for line in lines()}
    print(f"asked for {asked}; {len(rows)} tables; DuckDB says {expected['total']}, {expected['filtered']}, {expected['joined']}")
    failures, met = 0, set()
    for python in [sys.executable, *args.python]:
        command = [python, str(script), "--archive", "archive", "--asked", json.dumps(asked)]
        command += [part for name in args.only for part in ("--only", name)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False, text=True)
        if done.returncode != 0:
            print(f"{python}: ended with {done.returncode}", file=sys.stderr)
            failures += 1
            continue
        for said in json.loads(done.stdout.splitlines()[-1]):
            if said["engine"] == "types":
                for view in said["views"]:
                    print(f"FAILED {view}", file=sys.stderr)
                failures += len(said["views"])
                continue
            met.add((said["engine"], said["statement"]))
            wrong = judged(said, expected, rows, tested)
            failures += bool(wrong)
            print(f"{'FAILED' if wrong else 'ok    '} {said['engine']} ({said['versions']}): `{said['statement']}`")
            for line in wrong:
                print(f"           {line}", file=sys.stderr)
    is_run = lambda line: not line["run with"].startswith("not run")
    for line in lines():
        key = (line["engine"], line["statement"])
        is_wanted = line["engine"] in args.only if args.only else line["engine"] != "Spark"
        if key not in met and is_run(line) and is_wanted:
            print(f"FAILED {line['engine']}: no interpreter has it", file=sys.stderr)
            failures += 1
    print(f"{len(met)} lines of the page run, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
