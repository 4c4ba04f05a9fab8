"""What a morning brief costs: processor time of a run that finds nothing new, and of one that makes the brief anew.

    python3 tests/brief_cost.py target/debug/coverledger --markets 20 --platforms 3 --days 90

It writes a shop in so many markets on so many platforms, publishes so many days of it, and then runs the nightly job with and without
`config/brief.yaml`. Times are those of the processor (user and system) of the whole run; the brief's share is the difference. With
`--most SECONDS` it fails where making the brief anew costs more.
"""

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

ZONES = [
    "America/New_York", "Europe/London", "Europe/Berlin", "Europe/Paris", "America/Sao_Paulo", "America/Mexico_City",
    "Asia/Tokyo", "Australia/Sydney", "Asia/Singapore", "Asia/Kuala_Lumpur", "Asia/Shanghai", "Asia/Jakarta",
    "Asia/Bangkok", "Asia/Ho_Chi_Minh", "Asia/Manila", "Asia/Kolkata", "Europe/Madrid", "Europe/Rome", "Europe/Warsaw",
    "Asia/Seoul", "Asia/Dubai", "Africa/Cairo", "America/Bogota", "America/Santiago",
]  # fmt: skip
COVERS = ["red", "blue", "green", "gold", "pink", "grey"]
LAST = date(2026, 11, 20)

PLATFORM = """version: 1
conventions: {{impression: displays, click: cover_tap}}
settle: 24h
exports:
  - name: events
    rows: events
    path: "{name}/{{date:%Y-%m-%d}}/*.csv"
    day: {{timezone: UTC}}
    late_days: 1
    format: csv
    columns:
      event_id: id
      occurred_at: at
      event: {{column: event, values: {{show: impression, tap: click, enter: entry, leave: leave}}}}
      market: {{column: country, otherwise: reject}}
      broadcast_id: room
      cover_id: cover
      viewer_id: viewer
      audience: [gender, age]
      dwell_seconds: dwell
"""


def write(folder: Path, markets: int, platforms: int, days: int) -> None:
    for name in ["config/platforms", "jobs", "exports"]:
        (folder / name).mkdir(parents=True)
    (folder / "config/archive.yaml").write_text(
        "version: 1\nhome_timezone: Asia/Shanghai\nstores: {exports: {url: exports}, archive: {url: archive}}\n"
    )
    lines = "".join(f"  M{n:02}: {{timezone: {ZONES[n % len(ZONES)]}, slots: day_parts}}\n" for n in range(markets))
    slots = 'slots:\n  day_parts: {night: "00:00", morning: "06:00", afternoon: "12:00", prime: "19:00", late: "23:00"}\n'
    (folder / "config/markets.yaml").write_text(f"version: 1\n{slots}markets:\n{lines}")
    (folder / "config/decisions.yaml").write_text("version: 1\n")
    names = [f"p{n}" for n in range(platforms)]
    for name in names:
        (folder / f"config/platforms/{name}.yaml").write_text(PLATFORM.format(name=name))
    codes = ", ".join(f"M{n:02}" for n in range(markets))
    (folder / "jobs/nightly.yaml").write_text(
        f"version: 1\nplatforms: [{', '.join(names)}]\nmarkets: [{codes}]\nlookback_days: 7\n"
    )
    draw = random.Random(1)
    for name in names:
        for back in range(days + 1, -2, -1):
            export(folder / "exports" / name, LAST - timedelta(days=back), markets, draw)


def export(folder: Path, day: date, markets: int, draw: random.Random) -> None:
    rows = ["id,at,event,country,room,cover,viewer,gender,age,dwell"]
    for market in range(markets):
        for viewer in range(36):
            who, cover = f"{day}-{market}-{viewer}", draw.choice(COVERS)
            room = viewer % 2
            at = datetime(day.year, day.month, day.day, 8 + 5 * room, viewer, tzinfo=timezone.utc)
            tail = f"M{market:02},{day}-r{room},{cover},{who},{draw.choice('fm')},{draw.choice(['18-24', '25-34'])}"
            for event in ["show", "tap", "enter", "leave"]:
                if event != "show" and viewer % 4:
                    continue
                rows.append(f"{event}-{who},{at:%Y-%m-%dT%H:%M:%SZ},{event},{tail},{90 if event == 'leave' else ''}")
    path = folder / day.isoformat() / "a.csv"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(rows) + "\n")


def run(program: Path, folder: Path, *args: str) -> tuple[float, str]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([program, *args, "-q"], cwd=folder, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 4):
        sys.exit(f"{args} ended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def least(program: Path, folder: Path, at: str, says: str) -> float:
    """The least of three runs that find nothing new."""
    times = []
    for _ in range(3):
        seconds, told = run(program, folder, "run", "nightly", "--at", at)
        assert says in told, f"`{says}` is not in\n{told}"
        times.append(seconds)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--markets", type=int, default=20)
    parser.add_argument("--platforms", type=int, default=3)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--most", type=float)
    args = parser.parse_args()
    program = args.program.resolve()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as name:
        folder = Path(name)
        write(folder, args.markets, args.platforms, args.days)
        first = LAST - timedelta(days=args.days - 1)
        at = "2026-11-21T12:10:00Z"
        run(program, folder, "backfill", "nightly", "--from", f"{first}", "--to", f"{LAST}", "--at", at)
        run(program, folder, "run", "nightly", "--at", at)
        without = least(program, folder, at, "current")
        (folder / "config/brief.yaml").write_text("version: 1\n")
        run(program, folder, "run", "nightly", "--at", at)
        nothing_new = least(program, folder, at, "morning brief: 1 current")
        # The name of a market makes it anew, and nothing else.
        anew = []
        for turn in range(3):
            text = f"version: 1\nnames: {{markets: {{M00: {{en: First {turn}}}}}}}\n"
            (folder / "config/brief.yaml").write_text(text)
            seconds, told = run(program, folder, "run", "nightly", "--at", at)
            assert "morning brief: 1 published" in told, told
            anew.append(seconds)
        page = (folder / "archive/brief/latest/index.html").stat().st_size
        places = args.markets * args.platforms
        print(f"{places} places, {args.days} days")
        print(f"nothing new, without a brief: {without:.2f} s of processor time")
        print(f"nothing new, with a brief:    {nothing_new:.2f} s")
        print(f"the brief made anew:          {min(anew):.2f} s, of which the brief {min(anew) - nothing_new:.2f} s")
        print(f"its page:                     {page / 1e6:.2f} MB")
        if args.most is not None and min(anew) - without > args.most:
            sys.exit(f"a brief costs {min(anew) - without:.2f} s, and may cost {args.most}")


if __name__ == "__main__":
    main()
