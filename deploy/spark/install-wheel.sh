#!/usr/bin/env bash
# Installs coverledger's wheel on one machine of a cluster: a bootstrap action of EMR, an initialization action of Dataproc.
#
#   install-wheel.sh WHEEL SHA256 [PYTHON]
#
#   WHEEL    where the wheel lies: s3://…, gs://…, https://…, or a path on this machine. Its name has to stay as it was built.
#   SHA256   what `sha256sum` says of it
#   PYTHON   the interpreter of the executors, by default PYSPARK_PYTHON, else python3
#
# Dataproc gives no arguments: it reads the metadata `coverledger-wheel`, `coverledger-wheel-sha256` and `coverledger-wheel-python`.
# It runs on every machine, the master's and later ones of an autoscaling group included. The wheel brings pyarrow along; pyspark is the
# cluster's own.
set -euo pipefail

metadata() {
    local reader=/usr/share/google/get_metadata_value
    [[ -x "$reader" ]] || return 0
    "$reader" "attributes/$1" 2>/dev/null || true
}

wheel="${1:-$(metadata coverledger-wheel)}"
sha256="${2:-$(metadata coverledger-wheel-sha256)}"
python="${3:-$(metadata coverledger-wheel-python)}"
python="${python:-${PYSPARK_PYTHON:-python3}}"
if [[ -z "$wheel" || -z "$sha256" ]]; then
    echo "usage: install-wheel.sh WHEEL SHA256 [PYTHON]" >&2
    exit 2
fi

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
file="$folder/$(basename "$wheel")"
case "$wheel" in
    s3://*) aws s3 cp --only-show-errors "$wheel" "$file" ;;
    gs://*) gcloud storage cp --quiet "$wheel" "$file" ;;
    https://*) curl --fail --silent --show-error --location --output "$file" "$wheel" ;;
    *) cp "$wheel" "$file" ;;
esac
echo "$sha256  $file" | sha256sum --check --quiet

as_root=()
[[ $EUID -eq 0 ]] || as_root=(sudo)
"${as_root[@]}" "$python" -m pip install --disable-pip-version-check --upgrade "$file"

# As an executor will: in a folder of its own, where no folder of the same name stands in the way.
cd "$folder"
"$python" -c 'import sys, coverledger.cluster; print("coverledger", coverledger.__version__, "on Python", "%d.%d" % sys.version_info[:2])'
