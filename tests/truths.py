"""What tests of the demo's truths share: the tables of docs/LIBRARY.md, and what is found to be wrong."""

import re
from pathlib import Path

import polars as pl

ROOT = Path(__file__).parent.parent
# Of what is spoken about where nothing is true, chance may be wrong in one of twenty.
CHANCE = 0.05

wrong: list[str] = []


def expect(is_so: bool, what: str, rows: pl.DataFrame | None = None) -> None:
    print(f"{'ok   ' if is_so else 'WRONG'} {what}")
    if not is_so:
        wrong.append(what)
        if rows is not None:
            print(rows)


def rows_of(name: str) -> list[list[str]]:
    """The rows of the table between the marks of this name."""
    between = re.compile(f"<!-- {name} -->\n(.*)<!-- end of {name} -->", re.DOTALL)
    table = between.search((ROOT / "docs/LIBRARY.md").read_text())[1]
    return [[cell.strip() for cell in line.strip("|\n").split("|")] for line in table.strip().splitlines()[2:]]
