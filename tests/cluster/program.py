"""The program under test on one night, and what is expected of it."""

import json
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from platforms import KEY, KEY_ENV, archive, put
from truth import NIGHT

GIVE_UP_SECONDS = 600


class Failed(Exception):
    """A promise that was not kept."""


def expect(kept: bool, promise: str, detail: object = "") -> None:
    if not kept:
        raise Failed(f"{promise}\n{detail}".rstrip())
    print(f"  ok  {promise}", flush=True)


@dataclass
class Ended:
    """How a run ended."""

    code: int
    out: str
    err: str
    seconds: float
    account: dict = field(default_factory=dict)

    def __str__(self) -> str:
        return f"    exit code {self.code} after {self.seconds:.1f} s\n{self.out[-2000:]}\n{self.err[-6000:]}"


@dataclass
class Engine:
    """What counts, by the section that stands in `archive.yaml`; `local`, or a server."""

    name: str
    spec: object = "local"

    @staticmethod
    def at(name: str, url: str, python: str, **more: str) -> "Engine":
        return Engine(name, {"spark": {"url": url, "python": python} | more})


class Night:
    """A written night, and archives that engines make of it."""

    def __init__(self, binary: Path, folder: Path):
        self.binary, self.folder = binary.resolve(), folder.resolve()
        secrets = ("AWS_", "AZURE_", "GOOGLE_", "SPARK_", "PYSPARK_", "PYTHON")
        self.env = {key: value for key, value in os.environ.items() if not key.startswith(secrets)} | {KEY_ENV: KEY}

    def archive(self, name: str) -> Path:
        return self.folder / f"archive-{name}"

    def use(self, archive_name: str, engine: Engine) -> None:
        """Writes the configuration that publishes to an archive by an engine."""
        config = self.folder / f"config-{archive_name}"
        shutil.rmtree(config, ignore_errors=True)
        shutil.copytree(self.folder / "config", config)
        put(config / "archive.yaml", archive(f"archive-{archive_name}", engine.spec))

    def command(self, archive_name: str, *args: str) -> list[str]:
        command, *rest = args
        where = ["--config", f"config-{archive_name}", "--jobs", "jobs"]
        return [str(self.binary), command, *rest, *where]

    def start(self, archive_name: str, engine: Engine, *args: str, env: dict[str, str] | None = None) -> subprocess.Popen:
        """Starts the night and does not wait for its end."""
        self.use(archive_name, engine)
        command = self.command(archive_name, "run", "nightly", "--at", NIGHT, "--output", "json", *args)
        return subprocess.Popen(
            command, cwd=self.folder, env=self.env | (env or {}), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )

    def end(self, process: subprocess.Popen, started: float) -> Ended:
        try:
            out, err = process.communicate(timeout=GIVE_UP_SECONDS)
        except subprocess.TimeoutExpired as error:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            raise Failed(f"the run was not done after {GIVE_UP_SECONDS} s") from error
        account = json.loads(out) if out.startswith("{") else {}
        return Ended(process.returncode, out, err, time.monotonic() - started, account)

    def run(self, archive_name: str, engine: Engine, *args: str, env: dict[str, str] | None = None) -> Ended:
        started = time.monotonic()
        return self.end(self.start(archive_name, engine, *args, env=env), started)

    def say(self, archive_name: str, *args: str) -> Ended:
        """Another command on an archive of this night."""
        started = time.monotonic()
        done = subprocess.run(
            self.command(archive_name, *args), cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=GIVE_UP_SECONDS, check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr, time.monotonic() - started)

    def staged(self, archive_name: str) -> list[Path]:
        """What lies below the prefix of staged signals."""
        folder = self.archive(archive_name) / "_staging"
        return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
