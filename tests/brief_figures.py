"""Figures of the brief, read out of the document, and the cells of published tables that they are.

`data[value][data-c]` is a figure; the nearest `data-t` on the way up is its table, and the `data-k` on that way are the key.
"""

import urllib.parse
from functools import cache
from pathlib import Path

import polars as pl
from playwright.sync_api import Page

READ = """() => [...document.querySelectorAll('data[value]')].map(figure => {
    const keys = [];
    let element = figure;
    for (; element; element = element.parentElement) {
        if (element.dataset.k) keys.push(element.dataset.k);
        if (element.dataset.t) break;
    }
    return [element ? element.dataset.t : '', keys.join('&'), figure.dataset.c || '', figure.value, figure.textContent];
})"""


def every_place(page: Page) -> list[list[str]]:
    """The figures of the page, with every place picked once."""
    found = page.evaluate(READ)
    for section in ("#when", "#covers"):
        for market in page.locator(f"{section} [data-kind=m] input").all():
            market.check(force=True)
            for platform in page.locator(f"{section} [data-kind=p] input").all():
                if platform.is_enabled():
                    platform.check(force=True)
                    found += page.evaluate(READ)
    return found


@cache
def table(archive: Path, name: str) -> tuple[pl.DataFrame, list[str]]:
    """All rows of a table that stand in the archive, and its key."""
    paths = [path for path in archive.glob(f"{name}/**/*.parquet")]
    paths = [path for path in paths if "_revisions" not in path.parts]
    key = pl.read_parquet_metadata(paths[0])["coverledger.key"].split(",") if paths else []
    frames = [pl.read_parquet(path, hive_partitioning=False) for path in paths]
    return pl.concat(frames, how="diagonal") if frames else pl.DataFrame(), [part.strip() for part in key]


def compared(page: Page, archive: Path) -> tuple[int, list[str]]:
    """How many figures there are, and which of them are not what their table says."""
    figures = {tuple(figure[:4]) for figure in every_place(page)}
    wrong = []
    for name, key, column, value in sorted(figures):
        said = f"{name}[{key}].{column} = {value}"
        pairs = dict(urllib.parse.parse_qsl(key, keep_blank_values=True))
        rows, names = table(archive, name)
        if rows.is_empty():
            wrong.append(f"{said}: no table `{name}`")
            continue
        if set(pairs) != set(names):
            wrong.append(f"{said}: the key is {names}")
            continue
        for part, text in pairs.items():
            cells = pl.col(part).cast(pl.String).fill_null("")
            rows = rows.filter(cells == text)
        if rows.height != 1:
            wrong.append(f"{said}: {rows.height} rows")
        elif column not in rows.columns:
            wrong.append(f"{said}: no such column")
        elif rows[column][0] is None or float(rows[column][0]) != float(value):
            wrong.append(f"{said}: the table says {rows[column][0]}")
    return len(figures), wrong
