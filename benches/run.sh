#!/usr/bin/env bash
# The benchmark: coverledger and its peers on the same exports and the same job, in turn; all answers must be equal.
#
#   benches/run.sh                                              everything, five rounds (over an hour on two cores)
#   benches/run.sh --only parquet-dedup --peers duckdb,polars   one row of the table
#   benches/run.sh --events 300000 --days 30 --rounds 1         a minute or two: do all answers agree?
#   benches/run.sh --help                                       all options
#
# It needs Rust, a C compiler and Python 3.11 or newer, and reaches crates.io and PyPI. Nothing is installed or written
# outside the target folder. docs/PERFORMANCE.md says what is measured and how. COVERLEDGER_BENCH_PYTHON is a Python that has
# the packages of benches/requirements.txt already, as that of `tests/run.sh benchmark`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target="${CARGO_TARGET_DIR:-target}"
mkdir -p "$target"
target="$(cd "$target" && pwd)"
venv="$target/bench-venv"

for tool in cargo cc python3; do
    command -v "$tool" >/dev/null || { echo "please install: $tool" >&2; exit 1; }
done
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed" >&2; exit 1; }
python3 -c 'import ensurepip, venv' 2>/dev/null || { echo "please install: python3-venv" >&2; exit 1; }

python="${COVERLEDGER_BENCH_PYTHON:-$venv/bin/python}"
# Made again when the list of packages or the interpreter changes.
wanted="$(python3 --version) $(sha256sum benches/requirements.txt | cut -d' ' -f1)"
if [[ -z "${COVERLEDGER_BENCH_PYTHON:-}" && "$(cat "$venv/made-from" 2>/dev/null)" != "$wanted" ]]; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$python" -m pip install --quiet --disable-pip-version-check --requirement benches/requirements.txt
    echo "$wanted" > "$venv/made-from"
fi
# `--binary FILE` measures a program that is there already, without the floors; `--help` needs none.
if [[ " $* " != *" --binary"* && " $* " != *" --help "* && " $* " != *" -h "* ]]; then
    cargo build --locked --release --bin coverledger
    floor="$(cargo bench --locked --no-run --bench floor --message-format json | python3 -c '
import json, sys
built = [json.loads(line) for line in sys.stdin]
print(*[item["executable"] for item in built if item.get("executable") and item["target"]["name"] == "floor"])')"
    set -- --binary "$target/release/coverledger" --floor "$floor" "$@"
fi
exec "$python" -B benches/run.py --work "$target/bench-work" "$@"
