"""One night on this machine, on Sail and on Spark: the same archive, and whatever breaks in the middle is named and mended.

    python tests/cluster/run.py --binary target/debug/coverledger --work DIR --wheel DIR --sail VENV [--spark VENV] [--rows N]

Without `--spark` everything is done on Sail alone, and that is said. One server of each serves as much as possible: Spark ends every
stream of an answer after five seconds, so that each longer query is one whose stream was cut, and it wants a token.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import cost
import faults
import night as nights
import planted
import same
import servers
import wheels
import yaml
from platforms import put
from program import Ended, Engine, Failed, Night, expect

ROWS = 1_000_000
# A night that faults are tried on: long enough to be in the middle of something.
FAULT_ROWS = 300_000
DEMO_EVENTS, DEMO_PLATFORM, DEMO_NIGHT = 100_000, "shop_app", "2026-11-02T12:00:00Z"
TOKEN_ENV, TOKEN = "COVERLEDGER_TEST_TOKEN", "a-token-for-loopback-only"
CUT_AFTER_SECONDS = 5
SPARK_CONF = {
    "spark.connect.execute.reattachable.senderMaxStreamDuration": f"{CUT_AFTER_SECONDS}s", "spark.connect.authenticate.token": TOKEN,
    "spark.sql.shuffle.partitions": "8",
}


class Part:
    """Prints how long a part took."""

    def __init__(self, title: str):
        self.title = title

    def __enter__(self) -> None:
        print(f"\n== {self.title}", flush=True)
        self.started = time.monotonic()

    def __exit__(self, *_: object) -> None:
        print(f"   {time.monotonic() - self.started:.1f} s", flush=True)


def the_same(night: Night, engine: Engine, reference: str, cut_off: str | None) -> Ended:
    """The whole night by an engine, held against this machine's; then once more."""
    ended = night.run(engine.name, engine)
    same.published(ended, cut_off)
    same.same(night, reference, engine.name)
    same.clear(night, engine.name)
    same.current(night, engine.name, engine, cut_off)
    same.current(night, engine.name, Engine("local"), cut_off)
    return ended


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--wheel", type=Path, required=True, help="a folder with the wheel")
    parser.add_argument("--sail", type=Path, required=True, help="an environment with pysail")
    parser.add_argument("--spark", type=Path, help="an environment with pyspark 4; it needs Java 17")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--only", choices=["local", "sail", "spark"], action="append", default=[])
    args = parser.parse_args()
    shutil.rmtree(args.work, ignore_errors=True)
    args.work.mkdir(parents=True)
    started = time.monotonic()
    try:
        everything(args)
    except Failed as failed:
        print(f"FAILED  {failed}", file=sys.stderr)
        sys.exit(1)
    shutil.rmtree(args.work)
    print(f"\nall is well after {time.monotonic() - started:.0f} s")


def everything(args: argparse.Namespace) -> None:
    work = args.work.resolve()
    with Part("the night, and what is true of it"):
        nights.write(work / "night", args.rows)
        nights.write(work / "short", FAULT_ROWS * args.rows // ROWS, short=True)
        whole, short = Night(args.binary, work / "night"), Night(args.binary, work / "short")
        cut_off = json.loads((work / "night/truth/files.json").read_text())["cut_off"]
    with Part("on this machine"):
        same.published(whole.run("local", Engine("local")), cut_off)
        same.true(whole, "local")
        same.current(whole, "local", Engine("local"), cut_off)
        expect(short.run(faults.REFERENCE, Engine("local")).code == 0, "the short night is published")
        planted.noticed(short, faults.REFERENCE)
    expect(cost.is_told(), "the costs that docs/SPARK.md tells are those of the model")
    wheel = wheels.unpacked(args.wheel, work / "wheel")
    python = wheels.python_of(args.sail)
    if not args.only or "sail" in args.only:
        on_sail(args, work, whole, short, wheel, python, cut_off)
    if args.spark is None:
        print("\nSKIPPED: Spark, for want of Java 17; Sail stands in for it", flush=True)
    elif not args.only or "spark" in args.only:
        on_spark(args, work, whole, short, wheel, cut_off)


def on_sail(
    args: argparse.Namespace, work: Path, whole: Night, short: Night, wheel: Path, python: str, cut_off: str | None,
) -> None:
    def sail(folder: str, with_wheel: Path | None = wheel, port: int | None = None):
        return servers.sail(args.sail, with_wheel, work / folder, port)

    with Part("no server, and one that does not know the token"):
        faults.not_there(short, python)
        faults.wrong_token(short, python, args.sail / "bin/python")
    with faults.silent(short, python), sail("sail") as server:
        engine = Engine.at("Sail", server.url, python)
        with Part("on Sail"):
            the_same(whole, engine, "local", cut_off)
            print(f"   {server.resident_mib():.0f} MiB resident", flush=True)
        with Part("a demo, counted by the program's executors and in Spark's own words"):
            oracle(args, work / "demo", engine)
        with Part("a driver that is killed or stopped, on Sail"):
            faults.killed_driver(short, engine, "reading", faults.reading)
            faults.killed_driver(short, engine, "counting", faults.counting)
            faults.asked_to_stop(short, engine, server)
        with Part("a server that is killed"):
            faults.killed_server(short, engine, server, lambda port: sail("sail-again", port=port))
    with Part("a wheel that is missing, and one of another release, on Sail"):
        with sail("sail-bare", with_wheel=None) as server:
            faults.refused_wheel(short, "no-wheel", Engine.at("no-wheel", server.url, python), "coverledger", "wheel")
        other = wheels.of_another_release(wheel, work / "other-wheel")
        with sail("sail-other", with_wheel=other) as server:
            faults.refused_wheel(short, "other-wheel", Engine.at("other-wheel", server.url, python), "0.0.1", wheels.version(wheel))


def oracle(args: argparse.Namespace, folder: Path, engine: Engine) -> None:
    """The demo of a week on the server, against a count that shares no code with the program (`tests/cluster_oracle.py`)."""
    demo = [args.binary, "demo", folder, "--format", "parquet", "--events", str(DEMO_EVENTS), "--generate-only"]
    subprocess.run(demo, check=True, stdout=subprocess.DEVNULL)
    job = folder / "jobs/nightly.yaml"
    settings = yaml.safe_load(job.read_text()) | {"platforms": [DEMO_PLATFORM]}
    put(job, settings)
    for part in ("decisions.yaml", "library.yaml", "brief.yaml"):
        (folder / "config" / part).unlink(missing_ok=True)
    shutil.rmtree(folder / "config/experiments", ignore_errors=True)
    run = [args.binary, "run", "nightly", "--at", DEMO_NIGHT, "--engine", engine.spec["spark"]["url"]]
    done = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
    expect(done.returncode == 0, "the demo's night is counted on the server", done.stdout + done.stderr)
    told = subprocess.run(
        [args.sail / "bin/python", Path(__file__).parents[1] / "cluster_oracle.py", "--url", engine.spec["spark"]["url"], "--demo", folder],
        capture_output=True, text=True, check=False,
    )
    expect(told.returncode == 0, f"and in Spark's own words: {told.stdout.strip()}", told.stderr)


def on_spark(args: argparse.Namespace, work: Path, whole: Night, short: Night, wheel: Path, cut_off: str | None) -> None:
    python = wheels.python_of(args.spark)
    with servers.spark(args.spark, wheel, work / "spark", SPARK_CONF) as server:
        def engine(name: str, python: str = python) -> Engine:
            return Engine.at(name, server.url, python, token_env=TOKEN_ENV)

        whole.env[TOKEN_ENV] = short.env[TOKEN_ENV] = TOKEN
        with Part(f"on Spark, which cuts every stream after {CUT_AFTER_SECONDS} s"):
            ended = the_same(whole, engine("Spark"), "local", cut_off)
            expect(ended.seconds > 2 * CUT_AFTER_SECONDS, f"the night took long enough to be cut ({ended.seconds:.1f} s)", ended)
            print(f"   {server.resident_mib():.0f} MiB resident, of all its processes", flush=True)
        with Part("a wrong token and another Python, on Spark"):
            wrong = short.run("spark-token", engine("spark-token"), env={TOKEN_ENV: "a-token-that-nobody-knows"})
            faults.named("spark-token", wrong, faults.UNEXPECTED, "token", within=faults.NOT_THERE_SECONDS)
            major, minor = python.split(".")
            other = f"{major}.{int(minor) + 1}"
            faults.refused_wheel(short, "other-python", engine("other-python", other), "python", other, python)
        with Part("an executor that is killed, and a driver, on Spark"):
            faults.killed_executor(short, engine("lost-executor"), server)
            faults.killed_driver(short, engine("Spark"), "counting", faults.counting)
            faults.asked_to_stop(short, engine("Spark"), server)


if __name__ == "__main__":
    main()
