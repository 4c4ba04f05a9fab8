"""Generates exports, runs coverledger and its peers on them in turn, compares the answers, and prints a table."""

import argparse
import dataclasses
import json
import os
import platform
import re
import shutil
import sys
import time
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

import configured
import job
import table
from cases import CASES, PEERS, Case, can
from compare import compare
from measure import Cost, Failed, run

HERE = Path(__file__).resolve().parent
AT = "2026-11-02T12:00:00Z"   # the morning of the demo's nightly job
FIRST_DAY, LAST_DAY = date(2026, 10, 26), date(2026, 11, 1)   # what its look-back of seven days comes to
OURS = "coverledger"


@dataclass
class Results:
    """All runs of one case."""

    case: Case
    events: int
    runs: dict[str, list[Cost]] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)   # peers that failed or whose answer differs
    rows: int = 0
    values: int = 0


class Bench:
    def __init__(self, args: argparse.Namespace):
        self.args = args
        self.work: Path = args.work
        self.binary = str(args.binary.resolve())
        self.work.mkdir(parents=True, exist_ok=True)

    # ------------------------------------------------------------------------------------------ exports

    def folder(self, case: Case, events: int) -> Path:
        """The folder of a case's exports and configuration, generated if it is not there."""
        made = self.work / f"{case.format.replace('.', '-')}-{events}"
        if not (made / "ready").exists():
            shutil.rmtree(made, ignore_errors=True)
            print(f"generating {events:,} events as {case.format}", file=sys.stderr, flush=True)
            run([self.binary, "demo", str(made), "--events", str(events), "--format", case.format, "--generate-only", "-q"], HERE.parent)
            # Peers count and decide nothing, so nor does the night that they are held against.
            for name in ("decisions", "library"):
                (made / f"config/{name}.yaml").unlink(missing_ok=True)
            shutil.rmtree(made / "config/experiments", ignore_errors=True)
            (made / "ready").touch()
        return made if case.dedup else self.without_ids(made)

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
        events = self.args.events or case.events
        results = Results(case, events)
        if case.kind == "start":
            results.runs[OURS] = [run([self.binary, "--version"], HERE) for _ in range(self.args.rounds)]
            return results
        folder = self.folder(case, events)
        if case.kind == "empty":
            self.coverledger(folder)
            results.runs[OURS] = [self.coverledger(folder, fresh=False) for _ in range(self.args.rounds)]
            return results
        task = self.work / "job.json"
        asked = configured.read_job(folder, FIRST_DAY, LAST_DAY, case.dedup)
        job.save(asked, task)
        peers = [peer for peer in self.args.peers if can(peer, case, events)]
        for nth in range(self.args.rounds):
            self.note(results, OURS, nth, self.coverledger(folder))
            for peer in peers:
                if peer not in results.wrong:
                    self.peer(results, peer, nth, task, folder / "archive")
            self.floors(results, nth, folder)
        return results

    def coverledger(self, folder: Path, fresh: bool = True) -> Cost:
        if fresh:
            shutil.rmtree(folder / "archive", ignore_errors=True)
        return run([self.binary, "run", "nightly", "--at", AT, "-q"], folder)

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
    return found | {peer: version(peer) for peer in PEERS}


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
    parser.add_argument("--events", type=positive, help="rows to generate, in every case (default: the case's own)")
    parser.add_argument("--rounds", type=positive, default=5, help="all in turn, so many times (default 5); the table has medians")
    parser.add_argument("--threads", type=positive, default=2, help="threads for the peers (default 2)")
    parser.add_argument("--binary", type=Path, help="a coverledger that is already built")
    parser.add_argument("--floor", type=Path, help="the program that only reads (benches/floor.rs), for the floors")
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
    wrong = False
    everything = {"machine": machine(), "rounds": args.rounds, "threads": args.threads, "cases": []}
    found = []
    for case in CASES:
        if case.name not in args.only:
            continue
        print(f"{case.name}:", file=sys.stderr, flush=True)
        results = bench.measure(case)
        found.append(results)
        wrong |= bool(results.wrong)
        everything["cases"].append(dataclasses.asdict(results))
        (args.work / "results.json").write_text(json.dumps(everything, indent=1))
    print(table.markdown(found, OURS))
    print(f"\nEvery single run is in {args.work / 'results.json'}. It all took {(time.perf_counter() - begun) / 60:.1f} minutes.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
