"""A home of Spark in the work folder: links to the package's own, since executors write beside their home and it may be of another user."""

from pathlib import Path


def made(venv: Path, home: Path) -> Path:
    package = next((venv / "lib").glob("python3*/site-packages/pyspark")).resolve()
    home.mkdir(parents=True)
    for entry in package.iterdir():
        if entry.name not in ("work", "logs"):
            (home / entry.name).symlink_to(entry)
    return home
