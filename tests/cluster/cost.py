"""What a night on a cluster costs on paper, from 10 million to 100 billion events. Prints the table of docs/SPARK.md.

    python tests/cluster/cost.py            the table
    python tests/cluster/cost.py --check    that docs/SPARK.md has it

Nothing beyond the first row was ever run. The model is linear in events, since every step is: no step sorts or joins more than a group
of rows. `MEASURED` comes from `measure.py` on one machine; `ASSUMED` is what nobody measured.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/SPARK.md"
BEGIN, END = "<!-- cost of a night -->\n", "<!-- end of cost of a night -->"
EVENTS = [10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000]


@dataclass(frozen=True)
class Measured:
    """Of an event, on Spark 4.3.0 with two executors of a core: 3 million events, less what 300,000 took; both shuffles together."""

    core_seconds: float = 31e-6
    staged_bytes: float = 55
    shuffled_bytes: float = 161


@dataclass(frozen=True)
class Assumed:
    """What nobody measured."""

    delivered_bytes: float = 60          # of an event in a compressed export
    busy_share: float = 0.6              # of the cores' time that is work: stragglers, waiting for stores
    start_seconds: float = 120           # workers of Python, plans, listing, the last tasks
    night_hours: float = 1.0             # within which it is to be done
    core_dollars_an_hour: float = 0.05   # a general machine on demand, its memory included
    rows_a_group: int = 500_000
    cells_an_event: float = 2e-4         # rows of the funnel; bounded by covers, slots and audiences, not by events
    file_bytes: float = 500e6            # of an export


def readable(number: float, unit: str = "") -> str:
    for limit, word in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= limit:
            return f"{number / limit:.3g} {word}{unit}"
    return f"{number:.3g} {unit}".rstrip()


def row(events: int, measured: Measured, assumed: Assumed) -> str:
    core_seconds = events * measured.core_seconds
    cores = max(core_seconds / assumed.busy_share / (assumed.night_hours * 3600 - assumed.start_seconds), 2)
    hours = (core_seconds / assumed.busy_share / cores + assumed.start_seconds) / 3600
    dollars = cores * hours * assumed.core_dollars_an_hour
    bytes_of = [assumed.delivered_bytes, measured.staged_bytes, measured.shuffled_bytes]
    cells = [readable(events), *(readable(events * of, "B") for of in bytes_of), f"{events // assumed.rows_a_group + 1:,}"]
    cells += [f"{cores:,.0f}", f"{hours * 60:,.0f} min", f"{dollars:,.2f} $"]
    return f"| {' | '.join(cells)} |"


def table() -> str:
    measured, assumed = Measured(), Assumed()
    head = ["events", "exports", "staged", "shuffled", "groups", "cores", "time", "machines"]
    lines = [f"| {' | '.join(head)} |", f"{'| --- ' * len(head)}|", *(row(events, measured, assumed) for events in EVENTS)]
    return "\n".join(lines) + "\n"


def is_told() -> bool:
    """Whether docs/SPARK.md has the table."""
    return PAGE.read_text().partition(BEGIN)[2].partition(END)[0] == table()


def main() -> None:
    if "--check" not in sys.argv:
        print(table(), end="")
    elif not is_told():
        sys.exit(f"the table in {PAGE.name} is not what `python tests/cluster/cost.py` prints")


if __name__ == "__main__":
    main()
