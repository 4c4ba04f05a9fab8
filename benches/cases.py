"""What is measured: the rows of the table in docs/PERFORMANCE.md."""

from dataclasses import dataclass

EVENTS = 13_500_000
MANY_EVENTS = 50_000_000


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    format: str = "parquet"
    events: int = EVENTS
    dedup: bool = True
    kind: str = "job"          # job: with peers · empty: a second run over the same exports · start: `--version`


CASES = (
    Case("parquet-dedup", "Parquet, with deduplication"),
    Case("parquet-no-dedup", "Parquet, without deduplication", dedup=False),
    Case("csv-dedup", "CSV.gz, with deduplication", "csv.gz"),
    Case("ndjson-dedup", "NDJSON.gz, with deduplication", "ndjson.gz"),
    Case("parquet-50m", "Parquet, with deduplication", events=MANY_EVENTS),
    Case("empty-night", "a second run over the same Parquet exports", kind="empty"),
    Case("start-up", "`coverledger --version`", kind="start"),
)
PEERS = ("duckdb", "polars", "chdb", "datafusion", "pandas")


def can(peer: str, case: Case, events: int) -> bool:
    """Whether a peer is asked at all."""
    if peer == "datafusion":
        return case.format != "ndjson.gz"   # one line that is cut off fails its scan, and nothing skips it
    if peer == "pandas":
        return case.format == "parquet" and events <= EVENTS   # one core and everything in memory: minutes, and many GiB
    return True
