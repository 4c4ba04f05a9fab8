"""Tables of an archive, by its receipts."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple, Optional, Union

import pyarrow as pa

from . import _native

Place = Union[str, "os.PathLike[str]"]
"""The folder of an archive, its URL, or the folder of a configuration that names it."""
Day = Union[date, str]
"""A date, or its text such as ``2026-11-20``."""
Moment = Union[date, datetime, str]
"""A date or an instant with a zone, or its text such as ``2026-11-20T08:00Z``."""
Names = Union[str, Iterable[str]]
"""A name, or several."""


class TableInfo(NamedTuple):
    """A table of an archive."""

    name: str
    """What `read` and the folder call it."""
    question: str
    """What it answers, in one sentence."""
    key: tuple[str, ...]
    """The columns whose values tell rows apart."""
    date_column: Optional[str]
    """The column of the date by which it is published; None where there is one of it."""
    objects: int
    """How many files it has at its current paths."""
    first: Optional[date]
    """The first date that it is published of; None where it has none."""
    last: Optional[date]
    """The last."""


def read(
    table: str,
    archive: Place,
    as_of: Optional[Moment] = None,
    *,
    platforms: Optional[Names] = None,
    markets: Optional[Names] = None,
    from_: Optional[Day] = None,
    to: Optional[Day] = None,
) -> pa.Table:
    """Reads a table, following receipts: the newest revision of each unit, or the one that was in force at a moment.

    The result has exactly the columns of this release, whatever releases wrote the files: those that an older file lacks are
    null. Fields of its schema say what a column is (``about``), the ``unit`` of its numbers and what ``null`` means in it, as
    ``docs/FORMATS.md`` does. Rows are in the order of `coverledger show --output csv`. What is read does not change while it is
    read, whoever publishes meanwhile, and the bytes of every file are held against the hash in its receipt.

    Args:
        table: its name, such as ``slot_audience``; `tables` lists what there is.
        archive: the folder of an archive, its URL (``s3://…``, ``gs://…``, ``az://…``; credentials come from the environment),
            or the folder of a configuration, which has an ``archive.yaml``.
        as_of: the state as it was published then, by the clocks of the runs that published. A date is the whole of that day in
            UTC. None: the newest.
        platforms: only these.
        markets: only these.
        from_: only from this date on, by the table's own date column (``local_date``, ``export_date``, ``month`` or ``as_of``).
        to: only up to this date, which is included.

    Of tables that are decided as of a date (those whose date column is ``as_of``), the last date of each place or experiment is
    read, unless ``from_`` or ``to`` asks for others. That column is not the argument of the same name: it is the last date
    that was decided on, and the argument says when it was published.

    Returns:
        No rows where a unit has none; a platform or a market of which nothing was ever published is an error.

    Raises:
        CoverledgerError: there is no such table, place or date; a receipt cannot be read, so that nobody knows what was in
            force; or what was in force was pruned. Nothing is left out in silence.
    """
    as_text = _moment("as_of", as_of)
    dates = (_day("from_", from_), _day("to", to))
    return _native.read_table(table, os.fspath(archive), as_text, _names(platforms), _names(markets), dates)


def tables(archive: Place) -> list[TableInfo]:
    """The tables that an archive has at its current paths, in the order of ``docs/FORMATS.md``. No table and no receipt is read.

    Raises:
        CoverledgerError: the archive is not there.
    """
    return [
        TableInfo(name, question, tuple(key), date_column, objects, _date(first), _date(last))
        for name, question, key, date_column, objects, first, last in _native.tables(os.fspath(archive))
    ]


def schema(table: str) -> pa.Schema:
    """The columns of a table as `read` gives it. The metadata of each field say what it is (``about``), the ``unit`` of its
    numbers, and what ``null`` means in it.

    Raises:
        CoverledgerError: there is no such table.
    """
    return _native.table_schema(table)


def _moment(argument: str, moment: Optional[Moment]) -> Optional[str]:
    if isinstance(moment, datetime) and moment.tzinfo is None:
        text = moment.isoformat()
        raise _native.CoverledgerError(f"`{argument}` is `{text}`, which says no zone (give it one, such as `timezone.utc`)")
    return moment.isoformat() if isinstance(moment, date) else moment


def _day(argument: str, day: Optional[Day]) -> Optional[str]:
    if isinstance(day, datetime):
        raise _native.CoverledgerError(f"`{argument}` is `{day.isoformat()}`, an instant (expected a date)")
    return day.isoformat() if isinstance(day, date) else day


def _names(names: Optional[Names]) -> Optional[list[str]]:
    if names is None:
        return None
    return [names] if isinstance(names, str) else list(names)


def _date(text: Optional[str]) -> Optional[date]:
    return None if text is None else date.fromisoformat(text)
