"""Generates exports, runs coverledger and its peers on them in turn, compares the answers, and prints a table."""

import argparse
import dataclasses
import json
import os
import platform
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import configured
import job
import table
from cases import CASES, PEERS, Case, can
from compare import compare, sums
from measure import Cost, Failed, run
from worlds import counts, shop, world
from worlds.world import World

HERE = Path(__file__).resolve().parent
AT = "2026-11-02T12:00:00Z"   # the morning of the demo's nightly job
LAST_DAY, WEEK = date(2026, 11, 1), 7   # its local dates
MANY_DAYS = 28                # of the longer of the two nights that tell what a market-day more costs
DEMO_PLATFORMS_AND_MARKETS = 18
OURS = "coverledger"


@dataclass
class Results:
    """All runs of one case."""

    case: Case
    events: int   # rows of the exports
    market_days: int = 0
    days: int = 0   # local dates
    runs: dict[str, list[Cost]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)              # peers
    wrong: dict[str, list[str]] = field(default_factory=dict)   # who failed, or whose answer differs
    rows: int = 0
    values: int = 0


class Bench:
    def __init__(self, args: argparse.Namespace):
        self.args = args
        self.work: Path = args.work
        self.binary = str(args.binary.resolve())
        self.trash = self.work / "trash"
        self.work.mkdir(parents=True, exist_ok=True)

    # ------------------------------------------------------------------------------------------ exports

    def world(self, case: Case, days: int = WEEK) -> tuple[Path, World]:
        """The folder of a case's exports and configuration, generated if it is not there, and what is asked of it."""
        if case.world != "demo":
            return self.written(case, self.args.days or case.days)
        events = self.args.events or case.events
        made = self.work / f"{case.format.replace('.', '-')}-{events}{f'-{days}-days' if days != WEEK else ''}"
        if not (made / "ready").exists():
            self.generate_demo(made, case.format, events, days)
        first = LAST_DAY - timedelta(days=days - 1)
        # Without event ids, a small file of late copies looks like a part of another one, and holds its market-day back.
        command = ["run", "nightly", "--at", AT, *([] if case.dedup else ["--accept-shrink"])]
        asked = World(first, LAST_DAY, days * DEMO_PLATFORMS_AND_MARKETS, events, command=command)
        return (made if case.dedup else self.without_ids(made)), asked

    def generate_demo(self, made: Path, layout: str, events: int, days: int) -> None:
        shutil.rmtree(made, ignore_errors=True)
        print(f"generating {events:,} events of {days} days as {layout}", file=sys.stderr, flush=True)
        kind = ["--events", str(events), "--days", str(days), "--format", layout]
        run([self.binary, "demo", str(made), *kind, "--generate-only", "-q"], HERE.parent)
        # Peers count and decide nothing, so nor does the night that they are held against.
        for name in ("decisions", "library"):
            (made / f"config/{name}.yaml").unlink(missing_ok=True)
        self.without_brief(made)
        shutil.rmtree(made / "config/experiments", ignore_errors=True)
        nightly = made / "jobs/nightly.yaml"
        text, found = re.subn(r"^lookback_days: .*$", f"lookback_days: {days}", nightly.read_text(), flags=re.MULTILINE)
        if found != 1:
            raise SystemExit(f"{nightly}: one line `lookback_days: …` was expected, {found} found")
        nightly.write_text(text)
        (made / "ready").touch()

    def written(self, case: Case, days: int) -> tuple[Path, World]:
        """A world that the demo does not write."""
        made = self.work / f"{case.world}-{days}-days"
        if not (made / "ready").exists():
            shutil.rmtree(made, ignore_errors=True)
            made.mkdir()
            print(f"generating {days} days of {case.title}", file=sys.stderr, flush=True)
            asked = {"shop": shop, "counts": counts}[case.world].write(made, days)
            self.without_brief(made)
            world.save(asked, made / "ready")
        return made, world.load(made / "ready")

    def without_brief(self, made: Path) -> None:
        """Nor do peers make a morning brief, and the minutes that it shows: `--brief` says what it costs."""
        if not self.args.brief:
            (made / "config/brief.yaml").unlink()

    def without_ids(self, made: Path) -> Path:
        """The same exports, with a configuration that knows of no event ids."""
        bare = made.with_name(made.name + "-no-dedup")
        shutil.rmtree(bare, ignore_errors=True)
        shutil.copytree(made / "exports", bare / "exports", copy_function=os.link)
        for part in ("config", "jobs"):
            shutil.copytree(made / part, bare / part)
        for path in (bare / "config/platforms").glob("*.yaml"):
            text, removed = re.subn(r"^ *event_id:.*\n", "", path.read_text(), flags=re.MULTILINE)
            if removed != 1:
                raise SystemExit(f"{path}: one line `event_id: …` was expected, {removed} found")
            path.write_text(text)
        return bare

    # --------------------------------------------------------------------------------------------- runs

    def measure(self, case: Case) -> Results:
        results = Results(case, self.args.events or case.events)
        try:
            {"night": self.night, "again": self.again, "market-day": self.market_day, "start": self.start}[case.kind](results)
        except Failed as failure:
            results.wrong[OURS] = [str(failure)]
            print(f"  {OURS} failed: {failure}", file=sys.stderr, flush=True)
        return results

    def night(self, results: Results) -> None:
        """One run over all exports, held against peers, or against the sums that are known of them."""
        case = results.case
        folder, asked = self.world(case)
        results.events, results.market_days, results.days = asked.rows, asked.market_days, (asked.last_day - asked.first_day).days + 1
        results.asked = [peer for peer in self.args.peers if can(peer, case, results.events)]
        task = self.work / "job.json"
        if results.asked:
            job.save(configured.read_job(folder, asked.first_day, asked.last_day, case.dedup), task)
        for nth in range(self.args.rounds):
            self.note(results, OURS, nth, self.coverledger(folder, asked))
            self.truth(results, folder / "archive", asked)
            for peer in results.asked:
                if peer not in results.wrong:
                    self.peer(results, peer, nth, task, folder / "archive")
            if case.world == "demo":
                self.floors(results, nth, folder)

    def again(self, results: Results) -> None:
        folder, asked = self.world(results.case)
        self.coverledger(folder, asked)
        for nth in range(self.args.rounds):
            self.note(results, OURS, nth, self.coverledger(folder, asked, fresh=False))

    def market_day(self, results: Results) -> None:
        """Two nights of as many events, in turn, one of which has more market-days."""
        worlds = [self.world(results.case, days) for days in (WEEK, MANY_DAYS)]
        for nth in range(self.args.rounds):
            for folder, asked in worlds:
                self.note(results, f"{asked.market_days} market-days", nth, self.coverledger(folder, asked))
        results.market_days = worlds[1][1].market_days - worlds[0][1].market_days

    def start(self, results: Results) -> None:
        for nth in range(self.args.rounds):
            self.note(results, OURS, nth, run([self.binary, "--version"], HERE))

    def coverledger(self, folder: Path, asked: World, fresh: bool = True) -> Cost:
        if fresh:
            self.put_away(folder / "archive")
        return run([self.binary, *asked.command, "-q"], folder)

    def put_away(self, archive: Path) -> None:
        """Moves an archive aside, to be deleted at the end: ext4 makes files slowly for minutes after others were deleted."""
        if archive.exists():
            self.trash.mkdir(exist_ok=True)
            archive.rename(Path(tempfile.mkdtemp(dir=self.trash)) / "archive")

    def truth(self, results: Results, archive: Path, asked: World) -> None:
        """Holds the archive against the sums that are known of its exports."""
        published = sums(archive) if asked.truth else {}
        differences = [
            f"{market}: {count} are {published.get(market, {}).get(count)}, not {known}"
            for market, counted in asked.truth.items() for count, known in counted.items()
            if published.get(market, {}).get(count) != known
        ]
        if differences:
            raise Failed("; ".join(differences))

    def peer(self, results: Results, peer: str, nth: int, task: Path, archive: Path) -> None:
        """One run of a peer; its time counts only if its answer is ours."""
        answer = self.work / "answer"
        shutil.rmtree(answer, ignore_errors=True)
        answer.mkdir()
        python = [sys.executable, "-B", "-m", f"peers.{peer}", str(task), str(answer)]
        environment = {"PYTHONPATH": str(HERE), "POLARS_MAX_THREADS": str(self.args.threads), "BENCH_THREADS": str(self.args.threads)}
        try:
            cost = run(python, answer, environment)
        except Failed as failure:
            results.wrong[peer] = [str(failure)]
            print(f"  {peer} failed: {failure}", file=sys.stderr, flush=True)
            return
        found = compare(archive, answer)
        results.rows, results.values = found.rows, found.values
        if found.differences:
            results.wrong[peer] = found.differences
            print(f"  {peer} differs: {'; '.join(found.differences)}", file=sys.stderr, flush=True)
            return
        self.note(results, peer, nth, cost)

    def floors(self, results: Results, nth: int, folder: Path) -> None:
        """What reading alone costs: decode and hash the needed columns, or decompress and split."""
        if not self.args.floor:
            return
        layout = results.case.format.removesuffix(".gz")
        self.note(results, "floor", nth, run([str(self.args.floor), layout, str(folder / "exports"), "--threads", str(self.args.threads)], folder))

    def note(self, results: Results, who: str, nth: int, cost: Cost) -> None:
        results.runs.setdefault(who, []).append(cost)
        print(f"  {results.case.name} {nth + 1}/{self.args.rounds} {who}: {cost.wall:.2f} s, {cost.cpu:.2f} s of processor time, "
              f"{cost.peak_mib:.0f} MiB", file=sys.stderr, flush=True)


def machine() -> dict[str, str]:
    found = {"system": f"{platform.system()} {platform.release()}", "cores": str(os.cpu_count()), "python": platform.python_version()}
    if os.path.exists("/proc/cpuinfo"):
        models = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        found["processor"] = models[0] if models else platform.machine()
    found["memory"] = f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    return found


def versions() -> dict[str, str]:
    """The packages that are installed, which are those of benches/requirements.txt: no peer is left out unseen, or another one taken."""
    lines = (HERE / "requirements.txt").read_text().splitlines()
    wanted = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    found = {}
    for name, there in wanted.items():
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            raise SystemExit(f"the package {name} is not installed (benches/requirements.txt: {there})") from None
        if found[name] != there:
            raise SystemExit(f"{name} {found[name]} is installed, and benches/requirements.txt says {there}")
    return found


def arguments() -> argparse.Namespace:
    names = [case.name for case in CASES]

    def listed(allowed: list[str]):
        def read(value: str) -> list[str]:
            chosen = value.split(",")
            unknown = [item for item in chosen if item not in allowed]
            if unknown:
                raise argparse.ArgumentTypeError(f"no such thing: {', '.join(unknown)} (there are: {', '.join(allowed)})")
            return chosen
        return read

    def positive(value: str) -> int:
        number = int(value)
        if number < 1:
            raise argparse.ArgumentTypeError("must be at least 1")
        return number

    parser = argparse.ArgumentParser(prog="benches/run.sh", description=__doc__)
    parser.add_argument("--only", type=listed(names), default=names, metavar="CASES", help=f"of {', '.join(names)} (default all)")
    parser.add_argument("--peers", type=listed(list(PEERS)), default=list(PEERS), metavar="PEERS", help=f"of {', '.join(PEERS)} (default all)")
    parser.add_argument("--no-peers", action="store_true", help="coverledger alone")
    parser.add_argument("--events", type=positive, help="rows to generate, in every case of the demo's (default: the case's own)")
    parser.add_argument("--days", type=positive, help="local dates of the small shop and of the counts (default: two years, and one)")
    parser.add_argument("--brief", action="store_true", help="coverledger makes the morning brief as well (needs a work folder of its own)")
    parser.add_argument("--rounds", type=positive, default=5, help="all in turn, so many times (default 5); the table has medians")
    parser.add_argument("--threads", type=positive, default=2, help="threads for the peers (default 2)")
    parser.add_argument("--binary", type=Path, help="a coverledger that is already built")
    parser.add_argument("--floor", type=Path, help="the program that only reads (benches/floor), for the floors")
    parser.add_argument("--work", type=Path, required=True, help="where exports and results go (run.sh: under the target folder)")
    args = parser.parse_args()
    if not args.binary or not args.binary.is_file():
        parser.error(f"there is no program {args.binary}")
    if args.floor and not args.floor.is_file():
        parser.error(f"there is no program {args.floor}")
    if args.no_peers:
        args.peers = []
    args.work = args.work.resolve()
    return args


def main() -> int:
    args = arguments()
    begun = time.perf_counter()
    bench = Bench(args)
    everything = {"machine": machine() | versions(), "rounds": args.rounds, "threads": args.threads, "cases": []}
    found = []
    for case in CASES:
        if case.name not in args.only:
            continue
        print(f"{case.name}:", file=sys.stderr, flush=True)
        results = bench.measure(case)
        found.append(results)
        everything["cases"].append(dataclasses.asdict(results))
        (args.work / "results.json").write_text(json.dumps(everything, indent=1))
    print(table.markdown(found, OURS))
    shutil.rmtree(bench.trash, ignore_errors=True)
    print(f"\nEvery single run is in {args.work / 'results.json'}. It all took {(time.perf_counter() - begun) / 60:.1f} minutes.")
    wrong = [f"{who} in {results.case.name}" for results in found for who in results.wrong]
    answers = sum(len(results.asked) for results in found) - sum(who != OURS for results in found for who in results.wrong)
    print(f"not equal, or failed: {', '.join(wrong)}" if wrong else f"{answers} answers of peers are equal to ours.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
