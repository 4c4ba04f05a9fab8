"""No module of ours has a name that Python finds elsewhere: its own library, or what is installed where this runs.

    tests/module_names.py           exit code 1 and a line for each name

The folder of a script comes before everything else where Python looks for a module: a `statistics.py` beside a script is
taken for Python's own by whatever the script imports. Looked at are all folders with scripts, which are those that are no
package; and no script may put another folder in front.
"""

import re
import sys
from importlib.machinery import PathFinder
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOTS = ("benches", "tests", "python", "crates", "jobs", "notebooks")
# What lets a folder come first: a path that is begun anew, or one that is put at its beginning.
IN_FRONT = re.compile(r"sys\.path(\.insert\(|\[[^\]]*\] *=| *= )")


def of_scripts() -> list[Path]:
    """The folders with scripts."""
    found = {path.parent for root in ROOTS for path in (ROOT / root).rglob("*.py") if not is_foreign(path)}
    return sorted(folder for folder in found if not (folder / "__init__.py").exists())


def is_foreign(path: Path) -> bool:
    """Whether a file below a build's folder or an environment is looked at."""
    return any(part in ("target", "node_modules", "site-packages") or part.startswith(".") for part in path.relative_to(ROOT).parts)


def names(folder: Path) -> list[str]:
    modules = [path.stem for path in folder.glob("*.py")]
    return sorted(modules + [path.parent.name for path in folder.glob("*/__init__.py")])


def elsewhere(name: str, searched: list[str]) -> str | None:
    """Where Python finds the name without us."""
    if name in sys.stdlib_module_names:
        return "Python's own library"
    found = PathFinder.find_spec(name, searched)
    return str(found.origin) if found else None


def main() -> int:
    # Without the folder of this script.
    searched = [path for path in sys.path if path and not Path(path).resolve().is_relative_to(ROOT / "tests")]
    wrong, looked_at = [], 0
    for folder in of_scripts():
        for name in names(folder):
            looked_at += 1
            if there := elsewhere(name, searched):
                wrong.append(f"{(folder / name).relative_to(ROOT)}: `{name}` is the name of a module of {there}")
        for path in sorted(folder.rglob("*.py")):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if IN_FRONT.search(line):
                    wrong.append(f"{path.relative_to(ROOT)}:{number}: puts a folder in front of Python's own library")
    for line in sorted(set(wrong)):
        print(f"WRONG: {line}", file=sys.stderr)
    print(f"{looked_at} names of modules looked at, {len(set(wrong))} wrong")
    # One that looked at nothing is no success.
    return 1 if wrong or looked_at < 40 else 0


if __name__ == "__main__":
    sys.exit(main())
