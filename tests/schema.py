"""The JSON Schemas against the reader: what `check` accepts they accept, and what they refuse it refuses.

    python tests/schema.py PROGRAM

Validates the repository's configuration and the demo's with an independent validator, then plants one mistake at a time
and asks both: the schema, and `coverledger check`.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from jsonschema import Draft7Validator

ROOT = Path(__file__).resolve().parent.parent
NAMES = ["archive", "markets", "platform", "job", "decisions", "experiment", "notifications", "library", "market_rules", "brief"]

# A file of the demo's configuration, a text in it, and what stands in its place.
MISTAKES = [
    ("jobs/nightly.yaml", "lookback_days: 1", "lookback_days: 0"),
    ("jobs/nightly.yaml", "lookback_days: 1", "lookback_days: '1'"),
    ("jobs/nightly.yaml", "lookback_days: 1", "lookback_days: 1\nlookback: 3"),
    ("jobs/nightly.yaml", "lookback_days: 1", "limit: 6h"),
    ("jobs/nightly.yaml", "lookback_days: 1", "lookback_days: 1\nlimit: 6 hours"),
    ("jobs/nightly.yaml", "version: 1", "version: 2"),
    ("config/archive.yaml", "version: 1", "version: 1\nmemory: 512"),
    ("config/archive.yaml", "version: 1", "version: 1\nthreads: 0"),
    ("config/archive.yaml", "version: 1", "version: 1\nreject_viewer_ids: 'yes'"),
    ("config/archive.yaml", "max_reject_share: 0.01", "max_reject_share: 1.5"),
    ("config/archive.yaml", "version: 1", "version: 1\nsecret_key: x"),
    ("config/markets.yaml", '"00:00"', '"24:00"'),
    ("config/decisions.yaml", "certainty: 0.9", "certainty: 0.2"),
    ("config/brief.yaml", "version: 1", "version: 1\nname: {}"),
    ("PLATFORM", "version: 1", "version: 1\nmax_orphan_share: 2"),
    ("PLATFORM", "rows: events", "rows: event"),
    ("PLATFORM", "rows: events", "rows: events\n    fallback_for: x"),
    ("PLATFORM", "format: csv", "format: xls"),
    ("PLATFORM", "format: csv", "format: csv\n    rows_at: '[]'"),
    ("PLATFORM", "format: csv", "format: csv\n    early_days: 32"),
    ("PLATFORM", "format: csv", "format: csv\n    since: yesterday"),
    ("PLATFORM", "impression: displays", "impression: shows"),
]


class Loader(yaml.SafeLoader):
    """YAML 1.2 as editors read it: only `true` and `false` are truth values, and times and dates are texts."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in [
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
]:
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)
Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(loader.construct_scalar(node)))


def with_text_keys(value):
    if isinstance(value, dict):
        return {str(key).lower() if isinstance(key, bool) else str(key): with_text_keys(item) for key, item in value.items()}
    return [with_text_keys(item) for item in value] if isinstance(value, list) else value


def schema_of(file: Path) -> str:
    return {"jobs": "job", "platforms": "platform", "experiments": "experiment"}.get(file.parent.name, file.stem)


def refusals(schemas: dict, file: Path, text: str) -> list[str]:
    value = with_text_keys(yaml.load(text, Loader))
    return [f"{file}: {'.'.join(map(str, error.absolute_path))}: {error.message}" for error in schemas[schema_of(file)].iter_errors(value)]


def check(program: str, folder: Path) -> subprocess.CompletedProcess:
    arguments = [program, "check", "--config", folder / "config", "--jobs", folder / "jobs"]
    return subprocess.run(arguments, capture_output=True, text=True, check=False)


def files_of(folder: Path) -> list[Path]:
    return [*(folder / "config").rglob("*.yaml"), *(folder / "jobs").rglob("*.yaml")]


def main(program: str) -> None:
    schemas = {}
    for name in NAMES:
        printed = json.loads(subprocess.run([program, "schema", name], capture_output=True, text=True, check=True).stdout)
        assert printed == json.loads((ROOT / f"docs/schema/{name}.json").read_text()), f"docs/schema/{name}.json is old"
        Draft7Validator.check_schema(printed)
        schemas[name] = Draft7Validator(printed)
    checked = 0
    for file in files_of(ROOT):
        assert (found := refusals(schemas, file, file.read_text())) == [], found
        checked += 1
    with tempfile.TemporaryDirectory() as made:
        for rows in ["counts", "events"]:
            folder = Path(made) / rows
            subprocess.run([program, "demo", folder, "--generate-only", "--rows", rows, "--events", "1000", "--days", "1"], check=True, capture_output=True)
            for file in files_of(folder):
                assert (found := refusals(schemas, file, file.read_text())) == [], found
                checked += 1
        assert check(program, folder).returncode == 0
        for name, before, after in MISTAKES:
            candidates = (folder / "config/platforms").glob("*.yaml") if name == "PLATFORM" else [folder / name]
            file = next((file for file in candidates if before in file.read_text()), None)
            assert file is not None, f"no file has `{before}`"
            sound = file.read_text()
            wrong = sound.replace(before, after, 1)
            assert refusals(schemas, file, wrong), f"the schema accepts `{after}` in {file.name}"
            file.write_text(wrong)
            assert check(program, folder).returncode == 3, f"`check` accepts `{after}` in {file.name}"
            file.write_text(sound)
    print(f"{checked} files fit their schemas, and both refuse {len(MISTAKES)} mistakes")


main(sys.argv[1])
