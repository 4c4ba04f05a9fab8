"""Runs the roll-ups of README.md on an archive of which a part is unknown: none may sum what is left as if it were all.

    python tests/rollup.py --binary target/debug/coverledger
"""

import argparse
import re
import subprocess
import tempfile
from pathlib import Path

import duckdb
import polars as pl

FILES = {
    "config/archive.yaml": "version: 1\nhome_timezone: Asia/Shanghai\nstores:\n  exports: {url: exports}\n  archive: {url: archive}\n",
    "config/markets.yaml": 'version: 1\nslots:\n  parts: {night: "00:00", day: "06:00"}\nmarkets:\n  GB: {timezone: Europe/London, slots: parts}\n',
    "config/platforms/live.yaml": """version: 1
conventions: {impression: displays, click: cover_tap, uniques: broadcast}
settle: 0h
exports:
  - name: hours
    rows: counts
    path: "live/{date:%Y-%m-%d}/*.csv"
    day: {timezone: UTC}
    format: csv
    newest: {by: name, per: period}
    columns:
      period: {start: start, grain: 1h}
      market: {value: GB}
      broadcast_id: room
      cover_id: {value: red}
      counts: {impressions: Impressions, entrants: Viewers}
""",
    "jobs/nightly.yaml": "version: 1\nplatforms: [live]\nmarkets: [GB]\nlookback_days: 2\n",
    # By night all is known; by day the impressions of one of three hours, on one of two dates, are not.
    "exports/live/2026-11-19/a.csv": "start,room,Impressions,Viewers\n2026-11-19T02:00:00Z,r1,100,10\n2026-11-19T08:00:00Z,r1,1000,50\n",
    "exports/live/2026-11-20/a.csv": "start,room,Impressions,Viewers\n2026-11-20T08:00:00Z,r1,2000,70\n2026-11-20T09:00:00Z,r1,,80\n",
}
EXPECTED = {"night": (100, 100, 10), "day": (None, 3000, 200)}


def block(readme: str, language: str, word: str) -> str:
    """The one block of code in that language that has the word in it."""
    blocks = [code for code in re.findall(rf"```{language}\n(.*?)```", readme, re.S) if word in code]
    assert len(blocks) == 1, f"README.md has {len(blocks)} blocks of {language} with `{word}`"
    return blocks[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=Path, required=True, help="the program")
    binary = parser.parse_args().binary.resolve()
    readme = (Path(__file__).parent.parent / "README.md").read_text()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in FILES.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        subprocess.run([binary, "run", "nightly", "--at", "2026-11-21T03:00:00Z"], cwd=folder, check=True)
        archive = f"{folder}/archive"
        names = {"pl": pl, "covers": pl.read_parquet(f"{archive}/slot_audience/**/*.parquet")}
        exec(block(readme, "python", "def whole"), names)
        by_polars = names["by_slot"]
        by_sql = duckdb.sql(block(readme, "sql", "case when").replace("demo/archive", archive)).pl()
    for name, table in (("polars", by_polars), ("DuckDB", by_sql)):
        rows = table.select("slot", "impressions", "impressions_low", "entrants").rows()
        found = {slot: tuple(None if number is None else int(number) for number in rest) for slot, *rest in rows}
        assert found == EXPECTED, f"{name}: {found}"
        print(f"{name}: {found}")
    assert by_polars.filter(pl.col("slot") == "day")["effective_ctr"].item() is None


if __name__ == "__main__":
    main()
