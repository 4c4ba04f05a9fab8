"""Servers of Spark Connect on loopback, for as long as a block lasts: Sail in one process, Spark with executors of their own.

Whatever a server starts is of its session and is ended with it, also what has made itself a group of its own, as Spark's Python workers
do. Everything that it writes lies in its work folder.
"""

import contextlib
import os
import resource
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pyspark_home
from platforms import KEY, KEY_ENV

SAIL_ADDRESS_SPACE_KIB = 8_000_000
READY_WITHIN_SECONDS = 90
LOOPBACK = "127.0.0.1"


class NotStarted(Exception):
    """A server that did not answer in time."""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        return taken.getsockname()[1]


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False


class Server:
    """One process, all that it started, and where it listens."""

    def __init__(self, name: str, command: list[str], env: dict[str, str], work: Path, port: int, limit_kib: int | None = None):
        self.name, self.port, self.log = name, port, work / "log"
        self.url = f"sc://{LOOPBACK}:{port}"

        def limited() -> None:
            if limit_kib is not None:
                resource.setrlimit(resource.RLIMIT_AS, (limit_kib * 1024, limit_kib * 1024))

        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=work, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
                preexec_fn=limited,
            )

    def wait(self) -> None:
        started = time.monotonic()
        while not answers(self.port):
            if self.process.poll() is not None or time.monotonic() - started > READY_WITHIN_SECONDS:
                self.stop()
                raise NotStarted(f"{self.name} did not start:\n{self.tail()}")
            time.sleep(0.1)
        print(f"{self.name}: ready after {time.monotonic() - started:.1f} s", flush=True)

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]

    def of_session(self) -> dict[int, str]:
        """Process ids and command lines of all that is of its session."""
        found = {}
        for folder in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError, IndexError):
                # The name of a process may have blanks and brackets in it.
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                if fields[0] != "Z" and int(fields[3]) == self.process.pid:
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return found

    def executors(self) -> list[int]:
        """Process ids of Spark's executors."""
        return [pid for pid, command in self.of_session().items() if "CoarseGrainedExecutorBackend" in command]

    def processor_seconds(self) -> float:
        """What all its processes have used so far, and those that ended as children of one that has not."""
        ticks = 0
        for pid in self.of_session():
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def resident_mib(self) -> float:
        """Memory of all its processes now; pages that they share count for each."""
        return sum(resident_mib(pid) for pid in self.of_session())

    def kill(self) -> None:
        """As if the machine were gone."""
        while processes := self.of_session():
            for pid in processes:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=5)
        self.kill()


def resident_mib(pid: int) -> float:
    """Memory of a process now; 0 of one that is gone."""
    with contextlib.suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return 0.0


@contextlib.contextmanager
def running(server: Server) -> Iterator[Server]:
    try:
        server.wait()
        yield server
    finally:
        server.stop()


def environment(wheel: Path | None) -> dict[str, str]:
    """What a server sees: no settings of other Sparks, the wheel, and the secret that viewer groups are made with."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "PYSPARK_", "PYTHON"))}
    env[KEY_ENV] = KEY
    if wheel is not None:
        env["PYTHONPATH"] = str(wheel)
    return env


def anew(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder.resolve()


def sail(venv: Path, wheel: Path | None, work: Path, port: int | None = None) -> contextlib.AbstractContextManager[Server]:
    """Sail from an environment of its own, within a bound of memory. Without a wheel it cannot run what is sent."""
    work = anew(work)
    port = port or free_port()
    env = environment(wheel) | {"TMPDIR": str(work)}
    command = [str(venv / "bin/sail"), "spark", "server", "--ip", LOOPBACK, "--port", str(port)]
    return running(Server("Sail", command, env, work, port, SAIL_ADDRESS_SPACE_KIB))


def spark(
    venv: Path, wheel: Path | None, work: Path, conf: dict[str, str] | None = None, port: int | None = None,
    master: str = "local-cluster[2,1,1024]",
) -> contextlib.AbstractContextManager[Server]:
    """Spark with two executors of one core and 1 GiB each, which are processes of their own, as on a cluster."""
    work = anew(work)
    port = port or free_port()
    home = pyspark_home.made(venv, work / "home")
    env = environment(wheel) | {
        "SPARK_HOME": str(home), "PYSPARK_PYTHON": str(venv / "bin/python"), "SPARK_LOCAL_IP": LOOPBACK, "SPARK_NO_DAEMONIZE": "1",
        "SPARK_LOG_DIR": str(work / "logs"), "SPARK_LOCAL_DIRS": str(anew(work / "local")), "TMPDIR": str(work),
    }
    settings = {
        "spark.connect.grpc.binding.port": str(port), "spark.ui.enabled": "false", "spark.driver.memory": "1g",
        "spark.driver.host": LOOPBACK, "spark.driver.bindAddress": LOOPBACK, "spark.executorEnv." + KEY_ENV: KEY,
        "spark.sql.warehouse.dir": str(work / "warehouse"), "spark.driver.extraJavaOptions": f"-Djava.io.tmpdir={work}",
    } | ({} if wheel is None else {"spark.executorEnv.PYTHONPATH": str(wheel)}) | (conf or {})
    command = [str(home / "sbin/start-connect-server.sh"), "--master", master]
    for name, value in settings.items():
        command += ["--conf", f"{name}={value}"]
    return running(Server("Spark", command, env, work, port))


def java_there() -> bool:
    """Whether Java 17 or newer is there, without which there is no Spark."""
    java = shutil.which("java")
    if java is None:
        return False
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    digits = said.partition('"')[2].partition(".")[0].partition('"')[0]
    return digits.isdecimal() and int(digits) >= 17
