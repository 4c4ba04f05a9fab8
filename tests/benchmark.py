"""A small round of the benchmark: every answer is ours, and one that differs, fails or is missing makes it red.

    tests/benchmark.py --binary BINARY --work FOLDER

Run by a Python that has the packages of benches/requirements.txt. Nothing is said of how long anything takes.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EVENTS, DAYS = 30_000, 7
# Who answers what. Written down here, so that a peer that is asked no more is missed.
TEXT = ["duckdb", "polars", "chdb"]
ANSWERS = {
    "parquet-dedup": [*TEXT, "datafusion", "pandas"],
    "parquet-no-dedup": [*TEXT, "datafusion", "pandas"],
    "csv-dedup": [*TEXT, "datafusion"],
    "ndjson-dedup": TEXT,
    "small-shop": ["duckdb", "polars"],
    "counts-year": [],
    "market-day": [],
    "empty-night": [],
    "start-up": [],
}
# What is done to the peers of a copy, and what the benchmark must say of it.
PLANTED = {
    "duckdb": ("min({packed})", "max({packed})", "funnel.unique_impressions"),   # the last touch for the first
    "polars": ("import polars as pl", "import no_such_engine as pl", "no_such_engine"),
    "pandas": ("import numpy as np", "sys.exit(0)", "there is no"),
}


def benchmark(tree: Path, args: argparse.Namespace, *more: str) -> subprocess.CompletedProcess:
    """One round by a tree's benches/run.sh."""
    command = [tree / "benches/run.sh", "--binary", args.binary, "--work", args.work / "round", "--rounds", "1", "--events", str(EVENTS)]
    environment = {**os.environ, "COVERLEDGER_BENCH_PYTHON": sys.executable}
    done = subprocess.run(
        [*map(str, command), *more], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )
    print(done.stdout, flush=True)
    return done


def results(args: argparse.Namespace) -> dict[str, dict]:
    """What the last round found, by the name of the case."""
    found = json.loads((args.work / "round/results.json").read_text())
    return {case["case"]["name"]: case for case in found["cases"]}


def all_answers_are_equal(args: argparse.Namespace) -> list[str]:
    done = benchmark(ROOT, args, "--days", str(DAYS), "--only", ",".join(ANSWERS))
    if done.returncode:
        return [f"the round ended with exit code {done.returncode}"]
    wrong = []
    found = results(args)
    for name, peers in ANSWERS.items():
        case = found.get(name, {})
        missing = [peer for peer in peers if peer not in case.get("runs", {})]
        if not case.get("runs") or missing or case["asked"] != peers or case["wrong"]:
            wrong.append(f"{name}: asked were {case.get('asked')} and not {peers}; no answer of {missing}; wrong: {case.get('wrong')}")
        if peers and not case.get("values"):
            wrong.append(f"{name}: nothing was compared")
    return wrong


def copy_of_the_benchmark(args: argparse.Namespace) -> Path:
    tree = args.work / "planted"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(ROOT / "benches", tree / "benches", ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "tests").mkdir()
    shutil.copy(ROOT / "tests/reference.py", tree / "tests")
    return tree


def wrong_answers_are_red(args: argparse.Namespace) -> list[str]:
    """A peer that differs, one that fails and one that writes nothing."""
    tree = copy_of_the_benchmark(args)
    for peer, (text, other, _) in PLANTED.items():
        path = tree / f"benches/peers/{peer}.py"
        written = path.read_text()
        if written.count(text) != 1:
            return [f"there is nothing to plant in {path}: `{text}` stands there {written.count(text)} times"]
        path.write_text(written.replace(text, other))
    done = benchmark(tree, args, "--only", "parquet-dedup", "--peers", ",".join(PLANTED))
    wrong = [f"{', '.join(PLANTED)} are wrong, and the exit code is {done.returncode}"] if done.returncode != 1 else []
    said = results(args)["parquet-dedup"]["wrong"]
    wrong += [f"{peer}: `{words}` is not told, but {said.get(peer)}" for peer, (_, _, words) in PLANTED.items() if words not in str(said.get(peer))]
    wrong += [f"{peer} alone is no failure" for peer in PLANTED if f"{peer} in parquet-dedup" not in done.stdout]
    return wrong


def a_missing_package_is_red(args: argparse.Namespace) -> list[str]:
    tree = copy_of_the_benchmark(args)
    wrong = []
    lines = (tree / "benches/requirements.txt").read_text()
    for line, words in (("no-such-engine==1.0", "no-such-engine is not installed"), ("pip==0.1", "is installed, and benches/requirements.txt says 0.1")):
        (tree / "benches/requirements.txt").write_text(f"{line}\n{lines}")
        done = benchmark(tree, args, "--only", "start-up")
        if done.returncode != 1 or words not in done.stdout:
            wrong.append(f"`{line}` is asked for, and the exit code is {done.returncode}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    args.binary, args.work = args.binary.resolve(), args.work.resolve()
    shutil.rmtree(args.work, ignore_errors=True)
    wrong = []
    for part in (all_answers_are_equal, wrong_answers_are_red, a_missing_package_is_red):
        print(f"--- {part.__name__.replace('_', ' ')}", flush=True)
        wrong += part(args)
    for line in wrong:
        print(f"WRONG: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
