"""A year of counts as a platform's interface and its spreadsheets give them, read by the shipped `tiktok_shop_live`.

Each market has two broadcasts a day: of one there are the minutes (a JSON document), of the other only the sheet (a
workbook with a row for each of the day's broadcasts, of which the one with minutes does not count). A log says which
of two covers was on air.
"""

import csv
import json
import shutil
import zipfile
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from worlds import world

SHIPPED = Path(__file__).resolve().parents[2] / "config/platforms/tiktok_shop_live.yaml"
HEADER = [
    "Start time", "Duration", "Room ID", "Impressions", "Views", "Viewers", "Tap-through rate", "Avg. viewing duration per view",
    "Attributed SKU orders",
]
MINUTES = 120
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    "</Types>",
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
    "</Relationships>",
}


def write(folder: Path, days: int) -> world.World:
    """Writes the exports of so many local dates, and the configuration."""
    world.configure(folder, "tiktok_shop_live")
    shutil.copy(SHIPPED, folder / "config/platforms")
    exports = folder / "exports/tiktok_shop_live"
    (exports / "covers").mkdir(parents=True)
    dates = world.last_days(days)
    draw = Random(1)
    rows = 0
    truth = {market: Counter() for market in world.MARKETS}
    with open(exports / "covers/log.csv", "w", newline="", encoding="utf-8") as file:
        log = csv.writer(file, lineterminator="\n")
        log.writerow(["market", "broadcast", "cover", "from", "until"])
        for market, zone in world.MARKETS.items():
            # A market-day needs every UTC date that it overlaps.
            for day in (dates[0] - timedelta(days=1), dates[-1] + timedelta(days=1)):
                save_minutes(exports / f"{market}/{day}/minutes/none/1.json", [])
            for day in dates:
                sheet = []
                for number, hour in ((1, 13), (2, 17)):
                    local = datetime.combine(day, time(hour), ZoneInfo(zone))
                    begin, room = local.astimezone(UTC), f"{day:%Y%m%d}{number:02d}{list(world.MARKETS).index(market):02d}"
                    minutes = [minute(draw, begin + timedelta(minutes=nth)) for nth in range(MINUTES)]
                    for total in ("impressions", "views"):
                        counted = "entries" if total == "views" else total
                        truth[market][counted] += sum(item["traffic"][total] for item in minutes)
                    truth[market]["orders"] += sum(item["sales"]["sku_orders"] for item in minutes)
                    sheet.append(row_of(local, room, minutes))
                    if number == 1:
                        save_minutes(exports / f"{market}/{begin.date()}/minutes/{room}/1.json", minutes)
                        rows += len(minutes)
                    for half, cover in enumerate("ab"):
                        since = begin + timedelta(minutes=half * MINUTES // 2)
                        until = since + timedelta(minutes=MINUTES // 2)
                        log.writerow([market, room, f"{room}-{cover}", f"{since:%Y-%m-%dT%H:%M:%SZ}", f"{until:%Y-%m-%dT%H:%M:%SZ}"])
                        rows += 1
                save_workbook(exports / f"{market}/{begin.date()}/sheets/{day}.xlsx", sheet)
                rows += len(sheet)
    return world.backfilled(dates, rows, {market: dict(sums) for market, sums in truth.items()})


def minute(draw: Random, at: datetime) -> dict:
    shown = draw.randint(50, 500)
    views = draw.randint(1, shown // 4)
    return {
        "timestamp": int(at.timestamp()),
        "traffic": {"impressions": shown, "views": views, "viewers": views, "avg_viewing_duration": draw.randint(5, 90)},
        "sales": {"sku_orders": draw.randint(0, 2)},
    }


def row_of(begin: datetime, room: str, minutes: list[dict]) -> list:
    """A broadcast's row of the sheet."""
    shown, views = (sum(item["traffic"][count] for item in minutes) for count in ("impressions", "views"))
    orders = sum(item["sales"]["sku_orders"] for item in minutes)
    return [f"{begin:%Y-%m-%d %H:%M:%S}", f"{MINUTES // 60}h", room, shown, views, views, f"{views / shown:.2%}", "42s", orders]


def save_minutes(path: Path, minutes: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"data": {"intervals": minutes}}))


def save_workbook(path: Path, rows: list[list]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, row in enumerate([HEADER, *rows], start=1):
        cells = "".join(cell(f"{chr(ord('A') + column)}{number}", value) for column, value in enumerate(row))
        lines.append(f'<row r="{number}">{cells}</row>')
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{"".join(lines)}</sheetData></worksheet>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in {**PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            book.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + part)


def cell(place: str, value: str | int) -> str:
    if isinstance(value, int):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
