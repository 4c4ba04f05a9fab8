"""What is measured: the tables of docs/PERFORMANCE.md, and what is aimed at."""

from dataclasses import dataclass

EVENTS = 13_500_000
MANY_EVENTS = 50_000_000
FEW_EVENTS = 300_000
TWO_YEARS, YEAR = 731, 365   # local dates


@dataclass(frozen=True)
class Target:
    """What a case is to reach, on two cores; what is None is not asked."""

    times_fastest: float | None = None   # wall time of the fastest peer ÷ ours, at least
    wall: float | None = None            # seconds, at most
    peak_mib: float | None = None        # at most
    peak_of: str | None = None           # the case whose peak memory this one exceeds by a tenth at most
    cpu_ms: float | None = None          # processor time of a market-day more, at most


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    format: str = "parquet"
    events: int = EVENTS
    dedup: bool = True
    # night: one run, with peers · again: a second run over the same exports · market-day: what one more costs in a night ·
    # start: `--version`
    kind: str = "night"
    world: str = "demo"     # demo: `coverledger demo` writes it, with so many events · shop, counts: benches/worlds, so many days
    days: int = 0           # of shop and counts
    target: Target = Target()


CASES = (
    Case("parquet-dedup", "Parquet, with deduplication", target=Target(times_fastest=3, peak_mib=128)),
    Case("parquet-no-dedup", "Parquet, without deduplication", dedup=False, target=Target(times_fastest=2.5)),
    Case("csv-dedup", "CSV.gz, with deduplication", "csv.gz", target=Target(times_fastest=3.5)),
    Case("ndjson-dedup", "NDJSON.gz, with deduplication", "ndjson.gz", target=Target(times_fastest=3.5)),
    Case("parquet-300k", "Parquet, with deduplication, a small night", events=FEW_EVENTS, target=Target(times_fastest=1)),
    Case("parquet-50m", "Parquet, with deduplication", events=MANY_EVENTS, target=Target(times_fastest=3, peak_of="parquet-dedup")),
    Case("small-shop", "two years of a small shop", "csv", world="shop", days=TWO_YEARS, target=Target(wall=15)),
    Case("counts-year", "a year of counts: minutes and sheets", "json", world="counts", days=YEAR),
    Case("market-day", "a market-day more in a night", kind="market-day", events=FEW_EVENTS, target=Target(cpu_ms=3)),
    Case("empty-night", "a second run over the same Parquet exports", kind="again", target=Target(wall=0.05)),
    Case("start-up", "`coverledger --version`", kind="start"),
)
PEERS = ("duckdb", "polars", "chdb", "datafusion", "pandas")


def can(peer: str, case: Case, events: int) -> bool:
    """Whether a peer is asked at all."""
    if case.world == "counts":
        return False                        # counts of intervals, logs of covers and fallbacks are no job of theirs
    if case.world == "shop":
        return peer in ("duckdb", "polars")
    if peer == "datafusion":
        return case.format != "ndjson.gz"   # one line that is cut off fails its scan, and nothing skips it
    if peer == "pandas":
        return case.format == "parquet" and events <= EVENTS   # one core and everything in memory: minutes, and many GiB
    return True
