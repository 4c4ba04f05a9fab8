"""How long a large night takes on this machine, on Sail and on Spark, and what it moves. Figures of docs/SPARK.md.

    python tests/cluster/measure.py --binary target/release/coverledger --work DIR --wheel DIR --sail VENV --spark VENV
        [--rows 13500000] [--rounds 3]

Each round runs the night on all of them in turn, into archives that are made anew. Told are medians, and ratios within a round.
Processor time and memory are those of the run and of all processes of the server together, seen from outside.
"""

import argparse
import json
import resource
import shutil
import statistics
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import night as nights
import servers
import wheels
from program import Engine, Night, expect

ROWS, ROUNDS = 13_500_000, 3
MIB = 2**20


@dataclass
class Seen:
    """What was seen of a run, sampled ten times a second."""

    wall: float = 0.0
    processor: float = 0.0
    server_mib: float = 0.0
    worker_mib: float = 0.0
    staged_mib: float = 0.0
    shuffled_mib: float = 0.0


@dataclass
class Sampler:
    """Looks at a server while a run lasts."""

    night: Night
    name: str
    server: servers.Server | None
    seen: Seen = field(default_factory=Seen)

    def __enter__(self) -> Seen:
        self.over = threading.Event()
        self.used_before = self.server.processor_seconds() if self.server else 0.0
        self.started = time.monotonic()
        self.thread = threading.Thread(target=self.sample)
        self.thread.start()
        return self.seen

    def sample(self) -> None:
        while not self.over.wait(0.1):
            if self.server:
                self.seen.server_mib = max(self.seen.server_mib, self.server.resident_mib())
                commands = self.server.of_session()
                workers = [servers.resident_mib(pid) for pid, command in commands.items() if "pyspark" in command and "java" not in command]
                self.seen.worker_mib = max([self.seen.worker_mib, *workers])
                sizes = [path.stat().st_size for path in self.night.staged(self.name) if path.exists()]
                self.seen.staged_mib = max(self.seen.staged_mib, sum(sizes) / MIB)

    def __exit__(self, *_: object) -> None:
        self.seen.wall = time.monotonic() - self.started
        self.over.set()
        self.thread.join()
        if self.server:
            self.seen.processor += self.server.processor_seconds() - self.used_before


def shuffled_mib(logs: Path) -> float:
    """Bytes that tasks wrote for shuffles, by Spark's own log of events."""
    total = 0
    for path in logs.rglob("*"):
        if path.is_file():
            for line in path.read_bytes().split(b"\n"):
                if b'"SparkListenerTaskEnd"' in line:
                    metrics = json.loads(line).get("Task Metrics") or {}
                    total += metrics.get("Shuffle Write Metrics", {}).get("Shuffle Bytes Written", 0)
    return total / MIB


def one(night: Night, engine: Engine, server: servers.Server | None, logs: Path | None) -> Seen:
    shutil.rmtree(night.archive(engine.name), ignore_errors=True)
    before = shuffled_mib(logs) if logs else 0.0
    before_run = resource.getrusage(resource.RUSAGE_CHILDREN)
    with Sampler(night, engine.name, server) as seen:
        ended = night.run(engine.name, engine)
    after_run = resource.getrusage(resource.RUSAGE_CHILDREN)
    seen.processor += after_run.ru_utime + after_run.ru_stime - before_run.ru_utime - before_run.ru_stime
    expect(ended.code == 0, f"{engine.name}: {seen.wall:.1f} s", ended)
    if logs:
        seen.shuffled_mib = shuffled_mib(logs) - before
    return seen


def told(name: str, rounds: list[Seen], local: list[Seen]) -> str:
    def middle(of: str) -> float:
        return statistics.median(getattr(seen, of) for seen in rounds)

    ratio = statistics.median(seen.wall / base.wall for seen, base in zip(rounds, local, strict=True))
    figures = [f"{middle('wall'):.1f} s", f"{ratio:.1f}", f"{middle('processor'):.0f} s"]
    figures += [f"{middle(of):,.0f} MiB" if middle(of) else "–" for of in ("server_mib", "worker_mib", "staged_mib", "shuffled_mib")]
    return f"| {name} | " + " | ".join(figures) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    for name in ("binary", "work", "wheel", "sail", "spark"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    args = parser.parse_args()
    work = args.work.resolve()
    if not (work / "night/jobs").is_dir():
        nights.write(work / "night", args.rows, short=True)
    night = Night(args.binary, work / "night")
    wheel = wheels.unpacked(args.wheel, work / "wheel")
    logs = servers.anew(work / "events")
    conf = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": logs.as_uri(), "spark.eventLog.compress": "false"}
    results: dict[str, list[Seen]] = {"local": [], "Sail": [], "Spark": []}
    for _ in range(args.rounds):
        results["local"].append(one(night, Engine("local"), None, None))
        for name in ("Sail", "Spark"):
            with ExitStack() as stack:
                if name == "Sail":
                    server = stack.enter_context(servers.sail(args.sail, wheel, work / "sail"))
                else:
                    server = stack.enter_context(servers.spark(args.spark, wheel, work / "spark", conf))
                python = wheels.python_of(args.sail if name == "Sail" else args.spark)
                of_spark = logs if name == "Spark" else None
                results[name].append(one(night, Engine.at(name, server.url, python), server, of_spark))
    print(f"\n| on | wall | ÷ local | processor | server | a Python worker | staged | shuffled |\n{'| --- ' * 8}|")
    for name, rounds in results.items():
        print(told(name, rounds, results["local"]))
    print(f"\nMedians of {args.rounds}; {args.rows:,} rows.")


if __name__ == "__main__":
    main()
