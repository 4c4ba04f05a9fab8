"""An archive whose names are hostile, made by the program from the demo's exports: scripts, quotes, formulas, what turns text
round, emoji, long ones, and the letters that the page writes short with.

    python tests/brief_hostile.py target/debug/coverledger target/test-work/brief-hostile

Cover ids, broadcast ids and audiences are changed in the exports, covers also in the sheet and in the experiment, names of markets,
platforms, slots and cities in config/brief.yaml. What is then published is opened by tests/brief.py.
"""

import csv
import gzip
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

RUN = "window.hostile=1"
COVERS = {
    "cov_red_dress_a": f"<script>{RUN}</script>\"'",
    "cov_free_gift_a": '=HYPERLINK("http://example.invalid","x")',
    "cov_host_smile_a": "\u202egpj.evil\u202c 👩‍👩‍👧 ٱلسَّلَامُ",
    "cov_unboxing_a": "W" * 256,
    "cov_lipstick_swatch_a": f"]]>--><img src=x onerror={RUN}>&amp;",
    "cov_sneaker_wall_a": "ɐɑɒ ɓɔ ʃ\\u0250 ~a {{7*7}}",
    "cov_before_after_a": f"' onmouseover='{RUN}' x=\"",
    "cov_price_tag_a": "</script><style>*{display:none}</style>",
}
TEXTS = [f"<svg onload={RUN}>", "名" * 60, f"\u2066\u202e{'z' * 50}\u2069", f"javascript:{RUN}", "-1+1|cmd", "&lt;b&gt; 100 %"]


def hostile(value: str) -> str:
    return COVERS.get(value, value)


def rewritten(path: Path) -> None:
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        rows = [[hostile(cell) for cell in row] for row in csv.reader(file)]
    with gzip.open(path, "wt", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def names(ids: list[str], start: int) -> dict:
    return {name: {"en": TEXTS[(start + at) % len(TEXTS)] + f" {name}", "zh": TEXTS[(start + at + 1) % len(TEXTS)] + f" {name}"} for at, name in enumerate(ids)}


def main() -> None:
    binary, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    shutil.rmtree(folder, ignore_errors=True)
    quiet = {"check": True, "stdout": subprocess.DEVNULL}
    subprocess.run([binary, "demo", folder, "--days", "7", "--events", "60000", "--format", "csv.gz"], **quiet)
    shutil.rmtree(folder / "archive")
    for path in (folder / "exports").rglob("*.csv.gz"):
        rewritten(path)
    sheet = folder / "pictures/covers.csv"
    with sheet.open(newline="", encoding="utf-8") as file:
        rows = [[hostile(cell) for cell in row] for row in csv.reader(file)]
    name = rows[0].index("name")
    for at, row in enumerate(rows[1:]):
        row[name] = TEXTS[at % len(TEXTS)]
    with sheet.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    for path in (folder / "config/experiments").glob("*.yaml"):
        experiment = yaml.safe_load(path.read_text())
        experiment["covers"] = [hostile(cover) for cover in experiment["covers"]]
        path.write_text(yaml.safe_dump(experiment, allow_unicode=False))
    brief = {
        "version": 1,
        "names": {
            "markets": names(["US", "GB", "IN", "ID", "BR", "AU"], 0),
            "platforms": names(["shop_app", "partner_feed", "web_feed"], 1),
            "slots": names(["night", "morning", "afternoon", "prime", "late"], 2),
            "cities": names(["Asia/Jakarta", "America/New_York", "Asia/Shanghai"], 3),
        },
    }
    (folder / "config/brief.yaml").write_text(yaml.safe_dump(brief, allow_unicode=False))
    places = ["--config", folder / "config", "--jobs", folder / "jobs"]
    # 4: some records or days are refused, as they should be.
    ended = subprocess.run([binary, "run", "nightly", "--at", "2026-11-02T13:05:00Z", *places], stdout=subprocess.DEVNULL, check=False)
    if ended.returncode not in (0, 4):
        raise SystemExit(f"the run ended with {ended.returncode}")


if __name__ == "__main__":
    main()
