"""coverledger in Python: what an archive says, what a test would find, and intervals, all by the program itself.

    >>> import coverledger
    >>> slots = coverledger.read("slot_audience", "demo/archive", markets="US")
    >>> then = coverledger.read("slot_audience", "demo/archive", as_of="2026-11-20")

Every error is a `CoverledgerError` with one sentence that says what is wrong and what was expected. ``docs/NOTEBOOK.md`` has
examples, and ``docs/FORMATS.md`` every table and column.
"""

from ._archive import TableInfo, read, schema, tables
from ._native import VERSION as __version__
from ._native import CoverledgerError
from ._plan_test import Outlook, plan_test
from ._statistics import FEWEST_CLUSTERS, Interval, cluster_interval, wilson

__all__ = [
    "FEWEST_CLUSTERS",
    "CoverledgerError",
    "Interval",
    "Outlook",
    "TableInfo",
    "__version__",
    "cluster_interval",
    "plan_test",
    "read",
    "schema",
    "tables",
    "wilson",
]
