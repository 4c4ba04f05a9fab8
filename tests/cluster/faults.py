"""What breaks while a night is counted on a cluster: it is named in time, nothing wrong is published, and the next run settles the night.

Every fault has an archive of its own. What is published in it before, during and after is held against the archive that this machine
alone made (`reference`): an object that is there is the same object, and at the end all are there.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import servers
from program import Ended, Engine, Failed, Night, expect
from same import objects, receipts, without_engine

REFERENCE = "reference"
# Of a server that is not there: five seconds, and a start.
NOT_THERE_SECONDS = 6
# From the end of a server to the end of the run.
LOST_SECONDS = 20
# From SIGTERM to the end of the run.
STOP_SECONDS = 10
UNEXPECTED, TERMINATED = 1, 143


def nothing_wrong(night: Night, name: str) -> None:
    """Every object of an archive is one of the reference's."""
    ours, theirs = objects(night.archive(name)), objects(night.archive(REFERENCE))
    content = [key for key in ours if not key.startswith(("_receipts/", "_attempts/", "_runs/"))]
    wrong = [key for key in content if key not in theirs or ours[key].read_bytes() != theirs[key].read_bytes()]
    expect(not wrong, f"{name}: nothing wrong is published", "\n".join(wrong[:20]))


def settled(night: Night, name: str, ended: Ended) -> None:
    """A run has made the whole night, and cleared what was left."""
    expect(ended.code == 0, f"{name}: the night is settled after {ended.seconds:.1f} s", ended)
    nothing_wrong(night, name)
    ours, theirs = receipts(night.archive(name)), receipts(night.archive(REFERENCE))
    differing = [key for key in ours.keys() | theirs.keys() if key not in ours or key not in theirs or without_engine(ours[key]) != without_engine(theirs[key])]
    expect(not differing, f"{name}: and all {len(theirs)} receipts are those of the reference", "\n".join(sorted(differing)[:20]))
    left = night.staged(name)
    expect(not left, f"{name}: nothing is left below `_staging`", "\n".join(map(str, left[:20])))


def named(name: str, ended: Ended, code: int, *words: str, within: float | None = None) -> None:
    """A run ended with a code and said why in words."""
    said = ended.out + ended.err
    missing = [word for word in words if word.lower() not in said.lower()]
    expect(ended.code == code and not missing, f"{name}: ends with {code} and says {', '.join(map(repr, words))}", ended)
    if within is not None:
        expect(ended.seconds <= within, f"{name}: within {within:.0f} s ({ended.seconds:.1f} s)", ended)


# ----------------------------------------------------------------------------------------------------- where a run is


@dataclass(frozen=True)
class Where:
    """How far a run is on the cluster: what it has begun there, and what is staged."""

    operations: int
    files: int


# The operations of a batch in their order: staging, accounts, rows, counting.
READING, COUNTING = 1, 4


def where(night: Night, name: str) -> Where:
    operations, files = 0, 0
    folder = night.archive(name) / "_staging"
    for path in night.staged(name):
        if path.parent == folder and path.suffix == ".json":
            with contextlib.suppress(OSError, ValueError):
                operations = max(operations, len(json.loads(path.read_text())["operations"]))
        else:
            files += 1
    return Where(operations, files)


def until(night: Night, name: str, process: subprocess.Popen, is_there: Callable[[Where], bool]) -> Where:
    """Waits until a run is somewhere; that it ends before is a failure of the test."""
    started = time.monotonic()
    while True:
        at = where(night, name)
        if is_there(at):
            return at
        if process.poll() is not None or time.monotonic() - started > 120:
            raise Failed(f"{name}: the run was never there; last seen at {at}; exit code {process.poll()}\n{process.communicate()[1][-3000:]}")
        time.sleep(0.01)


def reading(at: Where) -> bool:
    return at.operations == READING and at.files > 0


def counting(at: Where) -> bool:
    return at.operations == COUNTING


# ------------------------------------------------------------------------------------------------------------- faults


def killed_driver(night: Night, engine: Engine, stage: str, is_there: Callable[[Where], bool]) -> None:
    """SIGKILL in the middle of a stage: the next run ends what is left at the server and goes on."""
    name = f"killed-{stage}-{engine.name.lower()}"
    process = night.start(name, engine)
    until(night, name, process, is_there)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    expect(bool(night.staged(name)), f"{name}: killed in the middle of {stage}, with something staged")
    nothing_wrong(night, name)
    settled(night, name, night.run(name, engine))


def asked_to_stop(night: Night, engine: Engine, server: servers.Server) -> None:
    """SIGTERM in the middle: the server is told, and what is staged is gone when the run ends."""
    name = f"stopped-{engine.name.lower()}"
    process = night.start(name, engine, "-v")
    until(night, name, process, reading)
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    ended = night.end(process, started)
    expect(ended.code == TERMINATED, f"{name}: SIGTERM ends it with {TERMINATED}", ended)
    expect(ended.seconds <= STOP_SECONDS, f"{name}: within {STOP_SECONDS} s ({ended.seconds:.1f} s)", ended)
    left = night.staged(name)
    expect(not left, f"{name}: and nothing is left below `_staging`", "\n".join(map(str, left[:20])))
    nothing_wrong(night, name)
    expect(idle(server), f"{name}: the server is idle again")
    settled(night, name, night.run(name, engine))


def idle(server: servers.Server, within: float = 15) -> bool:
    """Whether a server comes to use no processor."""
    started = time.monotonic()
    while time.monotonic() - started < within:
        before = server.processor_seconds()
        time.sleep(1)
        if server.processor_seconds() - before < 0.3:
            return True
    return False


def killed_executor(night: Night, engine: Engine, server: servers.Server) -> None:
    """An executor of Spark dies while it counts; another does its work."""
    name = "lost-executor"
    process = night.start(name, engine)
    started = time.monotonic()
    until(night, name, process, reading)
    victim = server.executors()[0]
    os.kill(victim, signal.SIGKILL)
    ended = night.end(process, started)
    expect(victim not in server.executors(), f"{name}: executor {victim} is gone")
    settled(night, name, ended)


def killed_server(night: Night, engine: Engine, server: servers.Server, again: Callable[[int], contextlib.AbstractContextManager]) -> None:
    """The server dies in the middle. It is named within seconds; the night is settled by the one that takes its place."""
    name = "lost-server"
    process = night.start(name, engine)
    until(night, name, process, reading)
    server.kill()
    ended = night.end(process, time.monotonic())
    named(name, ended, UNEXPECTED, "127.0.0.1", within=LOST_SECONDS)
    nothing_wrong(night, name)
    with again(server.port):
        settled(night, name, night.run(name, engine))


def not_there(night: Night, python: str) -> None:
    name = "not-there"
    engine = Engine.at(name, f"sc://127.0.0.1:{servers.free_port()}", python)
    named(name, night.run(name, engine), UNEXPECTED, "127.0.0.1", within=NOT_THERE_SECONDS)
    nothing_wrong(night, name)


@contextlib.contextmanager
def silence() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(16)
        yield taken.getsockname()[1]


@contextlib.contextmanager
def silent(night: Night, python: str) -> Iterator[None]:
    """A run that waits for it, beside whatever else is done meanwhile."""
    name = "silent"
    with silence() as port:
        started = time.monotonic()
        process = night.start(name, Engine.at(name, f"sc://127.0.0.1:{port}", python))
        try:
            yield
            ended = night.end(process, started)
        finally:
            process.kill()
    named(name, ended, UNEXPECTED, "127.0.0.1")
    nothing_wrong(night, name)


def wrong_token(night: Night, python: str, interpreter: Path) -> None:
    """An identity provider before the server does not know the token, which no message repeats."""
    name, token = "wrong-token", "a-token-that-nobody-knows"
    port = servers.free_port()
    front = subprocess.Popen([str(interpreter), str(Path(__file__).with_name("front.py")), str(port)], stdin=subprocess.DEVNULL)
    try:
        while not servers.answers(port):
            expect_running(front)
            time.sleep(0.05)
        engine = Engine.at(name, f"sc://127.0.0.1:{port}", python, token_env="COVERLEDGER_TEST_TOKEN")
        ended = night.run(name, engine, env={"COVERLEDGER_TEST_TOKEN": token})
    finally:
        front.kill()
        front.wait()
    named(name, ended, UNEXPECTED, "token", within=NOT_THERE_SECONDS)
    expect(token not in ended.out + ended.err, f"{name}: no message repeats it", ended)
    nothing_wrong(night, name)


def expect_running(process: subprocess.Popen) -> None:
    if process.poll() is not None:
        raise Failed(f"the front ended with {process.returncode}")


def refused_wheel(night: Night, name: str, engine: Engine, *words: str) -> None:
    """Executors have no wheel, another one, or another Python than the configuration says."""
    named(name, night.run(name, engine), UNEXPECTED, *words, within=60)
    nothing_wrong(night, name)
    left = night.staged(name)
    expect(not left, f"{name}: nothing is left below `_staging`", "\n".join(map(str, left[:20])))
