"""Years of a small shop: three markets, two broadcasts a day, some hundred and eighty events of each market-day, in CSV.

It is what most archives of small teams are: thousands of market-days with little in each.
"""

import csv
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from worlds import world

PLATFORM = """\
version: 1
conventions: {impression: displays, click: cover_tap}
settle: 48h
exports:
  - name: events
    rows: events
    path: "shop/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    format: csv
    columns:
      event_id: event_id
      occurred_at: {column: event_time, format: rfc3339}
      event: {column: event_type, values: {show: impression, tap: click, enter: entry, leave: leave, paid: order}}
      market: {column: country, otherwise: reject}
      broadcast_id: room_id
      cover_id: cover_id
      viewer_id: user_id
      audience: [gender, age_band]
      dwell_seconds: dwell_s
"""
HEADER = ["event_id", "event_time", "event_type", "country", "room_id", "cover_id", "user_id", "gender", "age_band", "dwell_s"]
WORDS = {"show": "impressions", "tap": "clicks", "enter": "entries", "paid": "orders"}
HOURS = (12, 20)   # when broadcasts begin, by the market's clock
AUDIENCES = [(gender, age) for gender in ("f", "m") for age in ("18-24", "25-34", "35-49")]


def write(folder: Path, days: int) -> world.World:
    """Writes the exports of so many local dates, and the configuration."""
    world.configure(folder, "shop")
    (folder / "config/platforms/shop.yaml").write_text(PLATFORM)
    dates = world.last_days(days)
    draw = Random(1)
    by_day: dict[date, list[list]] = {dates[0] - timedelta(days=1): [], dates[-1] + timedelta(days=1): []}
    truth = {market: Counter() for market in world.MARKETS}
    for day in dates:
        for market, zone in world.MARKETS.items():
            for hour in HOURS:
                begin = datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)
                for at, row in broadcast(draw, market, f"{market}-{day:%Y%m%d}-{hour}", begin):
                    by_day.setdefault(at.date(), []).append(row)
                    if row[2] in WORDS:
                        truth[market][WORDS[row[2]]] += 1
    (folder / "exports/shop").mkdir(parents=True)
    number = 0
    for day, rows in sorted(by_day.items()):
        with open(folder / f"exports/shop/{day}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER)
            for row in sorted(rows, key=lambda row: row[1]):
                number += 1
                writer.writerow([number, *row[1:]])
    return world.backfilled(dates, number, {market: dict(sums) for market, sums in truth.items()})


def broadcast(draw: Random, market: str, room: str, begin: datetime):
    """The events of a broadcast, each with its instant; an id is given when they are in order."""
    for _ in range(draw.randint(40, 60)):
        viewer, (gender, age) = draw.randrange(5_000), draw.choice(AUDIENCES)
        # A viewer has one audience for good.
        viewer = viewer * len(AUDIENCES) + AUDIENCES.index((gender, age))
        cover, at = f"{room}-{draw.choice('ab')}", begin + timedelta(milliseconds=draw.randrange(7_200_000))

        def event(word: str, seconds: int, dwell: int | None = None):
            instant = at + timedelta(seconds=seconds)
            written = instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"
            return instant, [None, written, word, market, room, cover, viewer, gender, age, dwell]

        yield event("show", 0)
        if draw.random() < 0.25:
            yield event("tap", 1)
            yield event("enter", 2)
            stayed = draw.randrange(1, 300)
            yield event("leave", 2 + stayed, stayed)
            if draw.random() < 0.1:
                yield event("paid", 2 + stayed)
