"""A small workspace, run by the command that the wheel brings."""

import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

PLATFORM = """version: 1
conventions: {{impression: displays, click: cover_tap, uniques: broadcast}}
settle: 0h
exports:
  - name: hours
    rows: counts
    path: "{name}/{{date:%Y-%m-%d}}/*.csv"
    day: {{timezone: UTC}}
    format: csv
    newest: {{by: name, per: period}}
    columns:
      period: {{start: start, grain: 1h}}
      market: {{value: {market}}}
      broadcast_id: room
      cover_id: cover
      counts: {{impressions: Impressions, entrants: Viewers}}
"""

EXPERIMENT = """version: 1
covers: [red, blue]
control: red
platforms: [live]
markets: [GB]
from: 2026-11-21
to: 2026-12-20
value: {entries: 1}
split: {shares: [0.5, 0.5], broadcasts: 40}
worth: 0.2
level: 0.05
"""

HEAD = "start,room,cover,Impressions,Viewers\n"

FILES = {
    "config/archive.yaml": "version: 1\nhome_timezone: Asia/Shanghai\nstores:\n  exports: {url: exports}\n  archive: {url: archive}\n",
    "config/markets.yaml": 'version: 1\nslots:\n  parts: {night: "00:00", day: "06:00"}\nmarkets:\n'
    "  GB: {timezone: Europe/London, slots: parts}\n  US: {timezone: America/New_York, slots: parts}\n",
    "config/platforms/live.yaml": PLATFORM.format(name="live", market="GB"),
    "config/platforms/shop.yaml": PLATFORM.format(name="shop", market="US"),
    "config/decisions.yaml": "version: 1\n",
    "jobs/nightly.yaml": "version: 1\nplatforms: [live, shop]\nmarkets: [GB, US]\nlookback_days: 2\n",
    "exports/live/2026-11-19/a.csv": HEAD + "2026-11-19T02:00:00Z,r1,red,100,10\n2026-11-19T08:00:00Z,r1,red,1000,50\n",
    "exports/live/2026-11-20/a.csv": HEAD + "2026-11-20T08:00:00Z,r2,red,2000,70\n2026-11-20T09:00:00Z,r2,blue,,80\n",
    "exports/shop/2026-11-19/a.csv": HEAD + "2026-11-19T18:00:00Z,s1,red,300,30\n",
    "exports/shop/2026-11-20/a.csv": HEAD + "2026-11-20T18:00:00Z,s2,blue,400,20\n",
    "exports/shop/2026-11-21/a.csv": HEAD,
}
# The same hour as before, delivered again.
LATE = {"exports/live/2026-11-20/b.csv": HEAD + "2026-11-20T08:00:00Z,r2,red,2500,75\n"}


def command(*arguments: object, cwd: "Path | None" = None, code: int = 0) -> str:
    """Executes a command line with this interpreter, and returns what it wrote to standard output."""
    line = [sys.executable, "-m", "coverledger", *map(str, arguments)]
    done = subprocess.run(line, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == code, f"{line}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout if code == 0 else done.stderr


class Workspace:
    """Configuration, exports and an archive in a folder of its own."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.path = Path(self._folder.name)
        self.config, self.archive = self.path / "config", self.path / "archive"
        self.write(FILES)

    def write(self, files: "dict[str, str]") -> None:
        for name, text in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def run(self) -> datetime:
        """Publishes, and returns an instant just after."""
        self.command("run", "nightly", "--at", "2026-11-21T12:00:00Z")
        time.sleep(0.01)
        return datetime.now(timezone.utc)

    def command(self, *arguments: object, code: int = 0) -> str:
        return command(*arguments, cwd=self.path, code=code)

    def close(self) -> None:
        self._folder.cleanup()
