"""Copies an archive, with the files of its first half as an earlier release wrote them: without the columns and the metadata that
came later. So the copy is what an archive looks like after an upgrade, and whoever reads it meets both.

    python tests/older.py --archive demo/archive --to mixed/archive

Which columns came later, docs/FORMATS.md says: `(since schema version 2)`.
"""

import argparse
import re
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

PAGE = Path(__file__).resolve().parent.parent / "docs/FORMATS.md"


def later() -> dict[str, list[str]]:
    """By table, the columns that its first schema version did not have."""
    parts = re.findall(r"<!-- table (\w+) -->\n(.*?)<!-- end of table -->", PAGE.read_text(encoding="utf-8"), re.S)
    return {table: re.findall(r"^\| `(\w+)` .*\(since schema version \d+\)", text, re.M) for table, text in parts}


def made_older(file: Path, columns: list[str]) -> None:
    table = pq.ParquetFile(file).read()
    assert set(columns) <= set(table.column_names), f"{file} lacks {columns}"
    pq.write_table(table.drop_columns(columns).replace_schema_metadata(None), file, compression="zstd")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--archive", type=Path, required=True, help="the archive, which stays as it is")
    parser.add_argument("--to", type=Path, required=True, help="where the copy goes; what lies there is removed")
    args = parser.parse_args()
    shutil.rmtree(args.to, ignore_errors=True)
    shutil.copytree(args.archive, args.to)
    changed = 0
    for table, columns in later().items():
        files = sorted(args.to.glob(f"{table}/**/*.parquet"), key=lambda file: (file.parent.name, str(file)))
        for file in files[: len(files) // 2] if columns else []:
            made_older(file, columns)
            changed += 1
    assert changed, "no table has a column that came later"
    print(f"{args.to}: {changed} files as an earlier release wrote them, by pyarrow {pa.__version__}")


if __name__ == "__main__":
    main()
