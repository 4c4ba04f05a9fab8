"""Executes notebooks on an archive, each from top to bottom in a fresh kernel of this interpreter; a failing cell fails the test.

    python tests/notebook.py --archive demo/archive notebooks/*.ipynb

Outputs are not written back: notebooks are committed without them.
"""

import argparse
import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

CELL_WITHIN_SECONDS = 120
ERRORS_ONLY = ["--IPKernelApp.log_level=ERROR"]


def output_text(notebook: nbformat.NotebookNode) -> str:
    """What the cells printed."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return "".join(output.text for output in outputs if output.output_type == "stream")


def pictures(notebook: nbformat.NotebookNode) -> int:
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return sum("image/png" in output.get("data", {}) for output in outputs)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--archive", type=Path, required=True, help="the archive to read")
    parser.add_argument("notebooks", type=Path, nargs="+")
    args = parser.parse_args()
    os.environ["COVERLEDGER_ARCHIVE"] = str(args.archive.resolve())

    failures = 0
    for path in args.notebooks:
        notebook = nbformat.read(path, as_version=4)
        committed = sum(bool(cell.get("outputs")) for cell in notebook.cells)
        client = NotebookClient(
            notebook, timeout=CELL_WITHIN_SECONDS, kernel_name="python3",
            resources={"metadata": {"path": str(path.parent)}}, extra_arguments=ERRORS_ONLY,
        )
        try:
            client.execute()
        except CellExecutionError as error:
            print(f"{path}: a cell failed\n{error}", file=sys.stderr)
            failures += 1
            continue
        print(f"{path}: {len(notebook.cells)} cells, {pictures(notebook)} pictures")
        print("".join(f"    {line}\n" for line in output_text(notebook).splitlines()), end="")
        if committed:
            print(f"{path}: committed with outputs; clear them", file=sys.stderr)
            failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
