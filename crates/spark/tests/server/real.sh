#!/usr/bin/env bash
# The client against a real server, which is started and stopped here.
#
#   real.sh sail VENV PORT     Sail with pysail, pyspark-client and pyarrow of an environment
#   real.sh spark VENV PORT    Spark in `local-cluster` mode with pyspark and pyarrow of an environment, and Java 17
#
# Streams are ended by Spark after five seconds, so that queries of twelve must ask for the rest.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
kind="$1"
venv="$(cd "$2" && pwd)"
port="$3"
python="$venv/bin/python"
# Built before the server starts, which would wait for it.
tests="$(cd "$here" && cargo test --locked -p coverledger-spark --test server --no-run --message-format json |
    "$python" -c 'import json, sys; print([one["executable"] for one in map(json.loads, sys.stdin) if one.get("executable")][-1])')"
work="$(mktemp -d)"
export PYTHONPATH="$here" PYTHONDONTWRITEBYTECODE=1

case "$kind" in
sail)
    # A query that runs away must not take the machine with it.
    (ulimit -v 8000000 && exec "$venv/bin/sail" spark server --port "$port") >"$work/log" 2>&1 &
    ;;
spark)
    SPARK_HOME="$("$python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')"
    export SPARK_HOME PYSPARK_PYTHON="$python" SPARK_LOCAL_IP=127.0.0.1 SPARK_NO_DAEMONIZE=1 SPARK_LOG_DIR="$work"
    # The class itself, not the script around it: this process is the one that is stopped.
    (cd "$work" && exec "$SPARK_HOME/bin/spark-submit" --class org.apache.spark.sql.connect.service.SparkConnectServer \
        --master 'local-cluster[2,1,1024]' \
        --conf spark.connect.grpc.binding.port="$port" \
        --conf spark.connect.execute.reattachable.senderMaxStreamDuration=5s \
        --conf spark.executorEnv.PYTHONPATH="$here" \
        --conf spark.ui.enabled=false \
        spark-internal) >"$work/log" 2>&1 &
    ;;
*)
    echo "usage: real.sh sail|spark VENV PORT" >&2
    exit 2
    ;;
esac
server=$!
stop() {
    kill "$server" 2>/dev/null && wait "$server" 2>/dev/null
    rm -rf "$work"
}
trap stop EXIT

for _ in $(seq 90); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
    kill -0 "$server" 2>/dev/null || break
    sleep 1
done
if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    echo "$kind did not start:" >&2
    tail -20 "$work/log" >&2
    exit 1
fi

export COVERLEDGER_SPARK_URL="sc://127.0.0.1:$port" COVERLEDGER_SPARK_KIND="$kind" COVERLEDGER_SPARK_PROCESS="$server"
export COVERLEDGER_SPARK_FOLDER="file://$work"
COVERLEDGER_SPARK_EXECUTORS_PYTHON="$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
export COVERLEDGER_SPARK_EXECUTORS_PYTHON
unset PYTHONPATH
"$tests" real:: --test-threads 1 || { echo "the server's log ends so:" >&2; tail -40 "$work/log" >&2; exit 1; }
"$tests" real:: --ignored
