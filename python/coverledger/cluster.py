"""What executors of Spark run. The driver names these functions; nobody else needs them.

Each takes the batch that the driver shipped and returns a function and the type of its rows, as Spark wants to be told.
A version that is not the driver's is refused before anything is read. `pyspark` is what the worker runs in, and imported
nowhere else.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Callable

import pyarrow as pa

from . import _native

if TYPE_CHECKING:
    from pyspark.sql.types import StructType

Rows = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
Count = Callable[[pa.Table], pa.Table]

# How many batches a worker keeps the plans of. A worker of Spark has one; a server that runs functions itself several, one a
# driver.
_PLANS = 4


@lru_cache(maxsize=_PLANS)
def _executor(config: bytes) -> _native.Executor:
    """The plan of a batch, made once a process."""
    return _native.Executor(config)


def probe(config: bytes) -> tuple[Rows, StructType]:
    """Says for each row of column ``id`` which wheel and which Python are here; `config` holds nothing but the driver's release."""
    _native.Executor.check(config)
    found = {"version": _native.VERSION_AND_COMMIT, "python": platform.python_version()}

    def tell(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        schema = _native.counted_schema()
        for batch in batches:
            buckets, payloads = [0] * batch.num_rows, [json.dumps(found).encode()] * batch.num_rows
            columns = [pa.array(values, field.type) for values, field in zip((buckets, payloads), schema)]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    return tell, _struct(_native.counted_schema())


def read(config: bytes) -> tuple[Rows, StructType]:
    """Reads the objects of the tasks in column ``id``: their signals, and one account of each object."""
    executor = _executor(config)

    def read_tasks(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for task in batch.column("id").to_pylist():
                yield from executor.read(task)

    return read_tasks, _struct(_native.staged_schema())


def count_events(config: bytes) -> tuple[Count, StructType]:
    """Counts the signals of a group of events; what viewers are counted of goes on."""
    executor = _executor(config)

    def count(table: pa.Table) -> pa.Table:
        return executor.count_events(table)

    return count, _struct(_native.staged_schema())


def count_viewers(config: bytes) -> tuple[Count, StructType]:
    """Credits the first touches of a group of viewers; partial counts of market-days come of it."""
    executor = _executor(config)

    def count(table: pa.Table) -> pa.Table:
        return executor.count_viewers(table)

    return count, _struct(_native.counted_schema())


def add_up(config: bytes) -> tuple[Count, StructType]:
    """Adds up the partial counts of a market-day."""
    executor = _executor(config)

    def add(table: pa.Table) -> pa.Table:
        return executor.add_up(table)

    return add, _struct(_native.counted_schema())


def _struct(schema: pa.Schema) -> Any:
    """The same columns in the words of Spark."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema)
