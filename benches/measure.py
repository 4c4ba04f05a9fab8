"""Runs a command and says what it took: wall seconds, processor seconds, and the most memory that one process held.

Linux lets a new process inherit its parent's peak until it has replaced its program, so a large parent would spoil the
figure. Hence this file is also a small program that starts the command and waits for it (`wait4` counts its children).
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Cost:
    wall: float       # seconds
    cpu: float        # seconds, of all threads and children
    peak_mib: float


class Failed(Exception):
    """The command did not end well; the message is the end of what it wrote."""


def run(command: list[str], folder: Path, environment: dict[str, str] | None = None, limit_seconds: int = 1800) -> Cost:
    """Runs a command in a folder. Raises Failed with what it wrote if it fails."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "cost.json"
        starter = [sys.executable, "-I", "-S", __file__, str(report), *command]
        try:
            done = subprocess.run(
                starter, cwd=folder, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, errors="replace", timeout=limit_seconds, check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Failed(f"took longer than {limit_seconds} s") from error
        if done.returncode:
            raise Failed("\n".join(done.stdout.strip().splitlines()[-12:]) or f"exit code {done.returncode}")
        return Cost(**json.loads(report.read_text()))


def start(report: str, command: list[str]) -> int:
    begun = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begun
    with open(report, "w", encoding="utf-8") as file:
        json.dump({"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak_mib": usage.ru_maxrss / 1024}, file)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(start(sys.argv[1], sys.argv[2:]))
