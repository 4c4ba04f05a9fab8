"""Functions that executors call in the tests against real servers; on their `PYTHONPATH`.

Each is made by a factory, as the pickled call has it: from its argument the function and the table that it returns.
"""

import os
import time

import pyarrow as pa

SCHEMA = pa.schema([("bucket", pa.int64()), ("payload", pa.binary())])


def returned():
    from pyspark.sql.types import BinaryType, LongType, StructField, StructType

    return StructType([StructField("bucket", LongType()), StructField("payload", BinaryType())])


def per_task(rows):
    """A function of batches of task numbers that hands out the rows of each."""

    def function(batches):
        for batch in batches:
            for task in batch.column(0).to_pylist():
                buckets, payloads = zip(*rows(task))
                yield pa.record_batch([pa.array(buckets, pa.int64()), pa.array(payloads, pa.binary())], schema=SCHEMA)

    return function, returned()


def read(config):
    """Three rows and a payload a task."""
    return per_task(lambda task: [(task * 10 + row, None) for row in range(3)] + [(None, config)])


def wide(config):
    """A payload of so many bytes a task."""
    return per_task(lambda task: [(task, bytes(int(config)))])


def slow(config):
    """Waits so many seconds, and has a row a task.

    A second at a time: a function that does not come back keeps Sail's thread, and with as many as it has threads it is deaf.
    """

    def function(batches):
        for batch in batches:
            for _ in range(int(config)):
                time.sleep(1)
                yield pa.record_batch([pa.array([], field.type) for field in SCHEMA], schema=SCHEMA)
            tasks = batch.column(0).to_pylist()
            yield pa.record_batch([pa.array(tasks, pa.int64()), pa.nulls(len(tasks), pa.binary())], schema=SCHEMA)

    return function, returned()


def raises(config):
    """Raises what it is told."""

    def rows(task):
        name, text = config.decode().split(" ", 1)
        raise {"ValueError": ValueError, "MemoryError": MemoryError}[name](text)

    return per_task(rows)


def dies(config):
    """Ends its process."""

    def rows(task):
        os._exit(3)

    return per_task(rows)


def count(config):
    """One row a group: its first bucket, and how many rows there are."""

    def function(table):
        first = table.column("bucket").to_pylist()[0]
        said = b"%d rows" % table.num_rows
        return pa.table([pa.array([first], pa.int64()), pa.array([said], pa.binary())], schema=SCHEMA)

    return function, returned()
