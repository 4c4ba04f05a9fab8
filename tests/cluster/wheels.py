"""The wheel as servers are given it: unpacked into a folder, which stands in `PYTHONPATH` before everything else."""

import shutil
import zipfile
from pathlib import Path


def unpacked(wheel: Path, folder: Path) -> Path:
    """The one wheel in a folder, unpacked."""
    found = sorted(wheel.glob("coverledger-*.whl"))
    if len(found) != 1:
        raise SystemExit(f"one wheel is expected in {wheel}, not {[path.name for path in found]}")
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(found[0]) as archive:
        archive.extractall(folder)
    return folder.resolve()


def of_another_release(wheel: Path, folder: Path) -> Path:
    """A copy that sees what a driver of release 0.0.1 would have sent, so that the versions differ."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(wheel, folder)
    module = folder / "coverledger/cluster.py"
    text = module.read_text()
    sent = "_native.Executor(config)"
    if text.count(sent) != 1:
        raise SystemExit(f"`{sent}` is expected once in {module}")
    module.write_text(text.replace(sent, "_native.Executor(_of_another_release(config))") + '''

def _of_another_release(config: bytes) -> bytes:
    import json

    shipped = json.loads(config)
    assert shipped["release"]["version"] == _native.VERSION
    shipped["release"]["version"] = "0.0.1"
    return json.dumps(shipped).encode()
''')
    return folder.resolve()


def python_of(venv: Path) -> str:
    """The Python of an environment, as `engine` names it: `3.11`."""
    return next((venv / "lib").glob("python3*")).name.removeprefix("python")


def version(wheel: Path) -> str:
    """The release of an unpacked wheel."""
    return next(wheel.glob("coverledger-*.dist-info")).name.removeprefix("coverledger-").removesuffix(".dist-info")
