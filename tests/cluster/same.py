"""One night by several engines into an archive each, held against the truth and against each other.

Of two archives every object is the same, byte for byte, but for receipts: there `content.engine` says what counted, so `content_sha256`
differs, and with it `content.previous` of the revision after; `published_at` is the machine's clock. Nothing else may differ.
"""

import copy
import json
from collections import Counter
from pathlib import Path

import polars as pl
from program import Ended, Engine, Failed, Night, expect
from truth import COUNTS, KEYS

# Counted where the engine says; how views went is counted by the process itself.
ON_THE_CLUSTER = {"app", "partner", "feed", "kiosk", "edges", "studio"}
ENGINES = {"local": "local/1", "Sail": "spark/1", "Spark": "spark/1"}
# What says who was at work, and nothing of what was counted.
PASSING = ("_lock", "_writers/", "_leases/", "_staging/")


def objects(archive: Path) -> dict[str, Path]:
    paths = (path for path in sorted(archive.rglob("*")) if path.is_file())
    keys = {path.relative_to(archive).as_posix(): path for path in paths}
    return {key: path for key, path in keys.items() if not key.startswith(PASSING)}


def without_engine(receipt: dict) -> dict:
    """A receipt without what an engine may make different."""
    rest = copy.deepcopy(receipt)
    for name in ("content_sha256", "published_at"):
        rest.pop(name)
    for name in ("engine", "previous"):
        rest["content"].pop(name)
    return rest


def receipts(archive: Path) -> dict[str, dict]:
    return {key: json.loads(path.read_bytes()) for key, path in objects(archive).items() if key.startswith("_receipts/")}


def same(night: Night, one: str, other: str) -> None:
    """Holds two archives against each other, and says how they are the same."""
    objects_count, receipts_count, kinds = compared(night, one, other, ENGINES[other])
    expect(True, f"{other}: the same {objects_count} objects as {one}, byte for byte, and {receipts_count} receipts, but for the engine")
    told = ", ".join(f"{count} {kind} by {engine}" for (kind, engine), count in sorted(kinds.items()))
    expect(True, f"{other}: receipts say what counted: {told}")


def compared(night: Night, one: str, other: str, engine: str) -> tuple[int, int, Counter]:
    """How many objects and receipts two archives have in common, and what counted those of the other; anything else fails."""
    ours, theirs = objects(night.archive(one)), objects(night.archive(other))
    demand(not ours.keys() ^ theirs.keys(), f"{other}: the same objects as {one}", sorted(ours.keys() ^ theirs.keys()))
    others = [key for key in ours if not key.startswith("_receipts/")]
    differing = [key for key in others if ours[key].read_bytes() != theirs[key].read_bytes()]
    demand(not differing, f"{other}: objects that are no receipts are the same, byte for byte", differing)
    ours, theirs = receipts(night.archive(one)), receipts(night.archive(other))
    differing = [key for key in ours if without_engine(ours[key]) != without_engine(theirs[key])]
    demand(not differing, f"{other}: receipts are the same but for the engine and what is hashed of it", differing)
    wrong = [key for key, receipt in theirs.items() if receipt["content"]["engine"] != engine_of(receipt["content"]["unit"], engine)]
    demand(not wrong, f"{other}: receipts say what counted", wrong)
    kinds = Counter((receipt["content"]["unit"]["kind"], receipt["content"]["engine"]) for receipt in theirs.values())
    return len(others), len(theirs), kinds


def demand(kept: bool, promise: str, keys: list[str]) -> None:
    if not kept:
        raise Failed("\n".join([promise, *keys[:20]]))


def engine_of(unit: dict, engine: str) -> str:
    """What a receipt has to say: units that are read from exports name what read them, derived ones what is here."""
    is_counted = unit["kind"] in ("market_day", "rejects") and unit["platform"] in ON_THE_CLUSTER
    return engine if is_counted else ENGINES["local"]


def funnel(archive: Path, platform: str) -> pl.DataFrame:
    files = sorted((archive / f"funnel/platform={platform}").rglob("*.parquet"))
    return pl.concat(map(pl.read_parquet, files), how="diagonal")


def true(night: Night, archive_name: str) -> None:
    """Holds what was published against what had been drawn."""
    archive = night.archive(archive_name)
    for path in sorted((night.folder / "truth").glob("*.parquet")):
        wanted = pl.read_parquet(path)
        found = funnel(archive, path.stem)
        counts = [count for count in COUNTS if count in wanted.columns]
        if path.stem == "partner":
            # The days that stand on the file that is cut off are not published.
            days = found.select("market", "local_date").unique()
            wanted = wanted.join(days, on=["market", "local_date"], how="semi")
        found = found.select(*KEYS, *counts).with_columns(pl.col(counts).cast(pl.Float64))
        wanted = wanted.select(*KEYS, *counts).with_columns(pl.col(counts).cast(pl.Float64))
        both = wanted.join(found, on=KEYS, how="full", suffix="_found", coalesce=True)
        differs = pl.any_horizontal(pl.col(count).ne_missing(pl.col(f"{count}_found")) for count in counts)
        wrong = both.filter(differs)
        expect(wrong.is_empty() and not wanted.is_empty(), f"{path.stem}: {len(wanted)} rows of the funnel are true in {len(counts)} counts", wrong)
    files = json.loads((night.folder / "truth/files.json").read_text())
    wrong, records = [], 0
    for key, receipt in receipts(archive).items():
        if receipt["content"]["unit"]["kind"] != "rejects":
            continue
        for export in receipt["content"]["exports"]:
            told = (export["rows"]["rows_in"], export["rows"]["rejected"])
            is_true = told == (files["records"][export["key"]], files["rejected"][export["key"]])
            wrong += [] if is_true else [f"{key}: {export['key']}: {told}"]
            records += told[1]
    expect(not wrong and records > 0, f"{records} records are rejected, each in the file that it was planted in", "\n".join(wrong[:20]))


def published(ended: Ended, cut_off: str | None) -> None:
    """Every market-day is published but for those that stand on the file that is cut off."""
    outcomes = Counter((day["platform"], day["market"], day["outcome"]) for day in ended.account.get("days", []))
    failed = [day for day in ended.account.get("days", []) if day["outcome"] not in ("published", "current")]
    expect(ended.code == (6 if cut_off else 0), f"the night ends with {6 if cut_off else 0} after {ended.seconds:.1f} s", ended)
    expect(sum(outcomes.values()) > 100, f"{len(ended.account['days'])} market-days were looked at", ended)
    other = [day for day in failed if (day["platform"], day["market"]) != ("partner", "IN") or day["outcome"] != "failed"]
    expect(not other, "all are published that can be", "\n".join(map(str, other[:20])))
    if cut_off:
        expect(0 < len(failed) < 9 and all(cut_off in day["reason"] for day in failed), f"{len(failed)} fail by the name of the file that is cut off", failed)


def current(night: Night, archive_name: str, engine: Engine, cut_off: str | None) -> None:
    """The night once more: nothing is due, whatever counts."""
    before = {key: (path.stat().st_mtime_ns, path.stat().st_size) for key, path in objects(night.archive(archive_name)).items()}
    ended = night.run(archive_name, engine)
    wanted = {"current", "failed"} if cut_off else {"current"}
    outcomes = Counter(day["outcome"] for day in ended.account.get("days", []))
    expect(ended.code == (6 if cut_off else 0) and set(outcomes) == wanted, f"by {engine.name} all of {archive_name} is current", ended)
    after = {key: (path.stat().st_mtime_ns, path.stat().st_size) for key, path in objects(night.archive(archive_name)).items()}
    changed = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key) and not key.startswith(("_attempts/", "_runs/")))
    expect(not changed, "and no object is touched", "\n".join(changed[:20]))


def clear(night: Night, archive_name: str) -> None:
    left = night.staged(archive_name)
    expect(not left, f"{archive_name}: nothing is left below `_staging`", "\n".join(map(str, left[:20])))
