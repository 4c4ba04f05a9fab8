"""A workspace in a temporary folder, and the real program run on it, as a user would."""

import json
import shutil
import subprocess
import tempfile
from datetime import date, timedelta
from pathlib import Path

import polars as pl

ARCHIVE = "version: 1\nhome_timezone: UTC\nstores:\n  exports: {url: exports}\n  archive: {url: archive}\n"
SLOTS = 'slots:\n  day_parts: {night: "00:00", morning: "06:00", afternoon: "12:00", prime: "19:00", late: "23:00"}\n'
# A run that takes longer hangs.
GIVE_UP_SECONDS = 1800


class Workspace:
    """Configuration, jobs, exports and, once something is published, the archive. In memory where the machine can."""

    def __init__(self, binary: Path, markets: list[str], platforms: dict[str, str], *, decisions: str = ""):
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="calibration-", dir=memory if memory.is_dir() else None))
        self.binary = binary
        self.write("config/archive.yaml", ARCHIVE)
        places = "".join(f"  {market}: {{timezone: Europe/London, slots: day_parts}}\n" for market in markets)
        self.write("config/markets.yaml", f"version: 1\n{SLOTS}markets:\n{places}")
        self.write("config/decisions.yaml", f"version: 1\n{decisions}")
        for name, text in platforms.items():
            self.write(f"config/platforms/{name}.yaml", text)

    def __enter__(self) -> "Workspace":
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name: str) -> Path:
        """Where a file of the workspace lies; its folder is made."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, name: str, text: str) -> None:
        self.path(name).write_text(text, encoding="utf-8")

    def job(self, name: str, platform: str, markets: list[str], days: int) -> None:
        self.write(
            f"jobs/{name}.yaml",
            f"version: 1\nplatforms: [{platform}]\nmarkets: [{', '.join(markets)}]\nlookback_days: {days}\n",
        )

    def cli(self, *arguments: str, code: int | None = 0) -> str:
        """What the program printed. Another exit code than `code` is an error; `None` takes any."""
        done = subprocess.run(
            [self.binary, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=GIVE_UP_SECONDS, check=False,
        )
        if code is not None and done.returncode != code:
            raise RuntimeError(
                f"coverledger {' '.join(arguments)}: exit code {done.returncode}, not {code}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
            )
        return done.stdout + done.stderr

    def morning_after(self, night: date, job: str = "nightly", code: int | None = 0) -> str:
        """The nightly run, on the morning after a night."""
        return self.cli("run", job, "--at", f"{night + timedelta(days=1)}T03:00:00Z", code=code)

    def schedule(self, experiment: str) -> pl.DataFrame:
        """The turns that the program drew, as a user gets them."""
        self.cli("plan-test", experiment, "--csv", "schedule.csv")
        instant = pl.col("^(starts|settles|ends)_utc$").str.to_datetime("%Y-%m-%dT%H:%M:%SZ")
        return pl.read_csv(self.folder / "schedule.csv").with_columns(instant, pl.col("local_date").str.to_date())

    def table(self, name: str) -> pl.DataFrame:
        """A published table as it is now; without rows where it was not published."""
        files = sorted((self.folder / "archive" / name).rglob("*.parquet"))
        return pl.concat(map(pl.read_parquet, files), how="diagonal") if files else pl.DataFrame()

    def has_key(self, key: str) -> bool:
        """Whether the configuration of an experiment knows a key, in whichever section: an earlier release may not."""
        schema = json.loads(self.cli("schema", "experiment"))
        return any(key in section["properties"] for section in (schema, *schema["definitions"].values()))
