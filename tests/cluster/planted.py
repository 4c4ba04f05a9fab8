"""Faults that are planted into a copy of an archive, each of which the comparison has to notice."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import same
from program import Failed, Night, expect


def one_byte(archive: Path) -> None:
    path = next(iter(sorted((archive / "slot_audience").rglob("*.parquet"))))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    replaced(path, bytes(data))


def one_object_less(archive: Path) -> None:
    next(iter(sorted((archive / "funnel").rglob("*.parquet")))).unlink()


def one_count(archive: Path) -> None:
    path = next(iter(sorted((archive / "_receipts/app").rglob("*.json"))))
    receipt = json.loads(path.read_bytes())
    receipt["content"]["totals"]["impressions"] += 1
    replaced(path, json.dumps(receipt).encode())


def another_engine(archive: Path) -> None:
    path = next(iter(sorted((archive / "_receipts/app").rglob("*.json"))))
    receipt = json.loads(path.read_bytes())
    receipt["content"]["engine"] = "spark/1"
    replaced(path, json.dumps(receipt).encode())


def replaced(path: Path, data: bytes) -> None:
    """Objects of the copy are links: a new one takes the place of the link."""
    path.unlink()
    path.write_bytes(data)


PLANTED: list[Callable[[Path], None]] = [one_byte, one_object_less, one_count, another_engine]


def noticed(night: Night, of: str) -> None:
    """The comparison of an archive with a copy of itself is well, and is not with any of the planted faults."""
    copy = night.archive("planted")
    for plant in [None, *PLANTED]:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(night.archive(of), copy, copy_function=lambda one, other: Path(other).hardlink_to(one))
        if plant is None:
            same.compared(night, of, "planted", same.ENGINES["local"])
            continue
        plant(copy)
        try:
            same.compared(night, of, "planted", same.ENGINES["local"])
        except Failed:
            continue
        raise Failed(f"`{plant.__name__}` was planted, and nobody has noticed")
    shutil.rmtree(copy)
    expect(True, f"{len(PLANTED)} planted faults are noticed: {', '.join(plant.__name__ for plant in PLANTED)}")
