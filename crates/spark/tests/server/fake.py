"""A Spark Connect server that misbehaves on purpose. `cargo test -p coverledger-spark --test server` starts it.

The header `x-scenario` of a call says how. Every query answers with the numbers 0 to 59 in six batches of ten; a write answers
with nothing. What was done to operations is told to whoever interrupts all: `executed ID`, `interrupted ID`, `released ID`.

Prints the port in the clear and the one with TLS, and ends with its standard input. Wants grpcio, pyarrow and pyspark's protocol.
"""

import os
import sys
import threading
import uuid
from concurrent import futures

import grpc
import pyarrow as pa
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from pyspark.sql.connect.proto import base_pb2 as base
from pyspark.sql.connect.proto import base_pb2_grpc as service

BATCHES, ROWS = 6, 10
FOREVER = 3600

TRACEBACK = """Job aborted due to stage failure: Task 0 in stage 0.0 failed 4 times, most recent failure: Lost task 0.3 in stage 0.0:
org.apache.spark.api.python.PythonException: Traceback (most recent call last):
  File "/spark/worker.py", line 2044, in main
    func, profiler = read_command(pickleSer, infile)
ModuleNotFoundError: No module named 'coverledger'

\tat org.apache.spark.api.python.BasePythonRunner$ReaderIterator.handlePythonException(PythonRunner.scala:581)
"""


def stream(numbers):
    batch = pa.record_batch([pa.array(numbers, pa.int64())], ["number"])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue().to_pybytes()


def batch(start, rows, **changed):
    fields = {"row_count": rows, "data": stream(range(start, start + rows)), "start_offset": start} | changed
    return base.ExecutePlanResponse.ArrowBatch(**{name: value for name, value in fields.items() if value is not None})


def batches(scenario):
    """The batches of an answer, true or not."""
    if scenario == "chunks":
        data = stream(range(ROWS * BATCHES))
        cuts = [0, 100, 101, len(data)]
        for index in range(3):
            part = data[cuts[index] : cuts[index + 1]]
            yield batch(0, ROWS * BATCHES, data=part, chunk_index=index, num_chunks_in_batch=3)
        return
    if scenario == "half-chunk":
        yield batch(0, ROWS, data=stream(range(ROWS))[:80], chunk_index=0, num_chunks_in_batch=2)
        return
    for number in range(BATCHES):
        start = number * ROWS
        if scenario in ("skips", "skips-unnumbered") and number == 3:
            continue
        if scenario == "lies" and number == 4:
            yield batch(start, ROWS, row_count=ROWS + 1)
        elif scenario.endswith("unnumbered"):
            yield batch(start, ROWS, start_offset=None)
        else:
            yield batch(start, ROWS)


def response(request, **kind):
    return base.ExecutePlanResponse(
        session_id=request.session_id,
        server_side_session_id="first-" + request.session_id,
        operation_id=request.operation_id,
        response_id=str(uuid.uuid4()),
        **kind,
    )


def whole_answer(request, scenario):
    """All responses of an operation, the server's word that they are all the last."""
    if request.plan.HasField("root") and scenario != "no-batch":
        progress = base.ExecutePlanResponse.ExecutionProgress(
            stages=[base.ExecutePlanResponse.ExecutionProgress.StageInfo(stage_id=1, num_tasks=4, num_completed_tasks=1)],
            num_inflight_tasks=3,
        )
        yield response(request, execution_progress=progress)
        for arrow in batches(scenario):
            yield response(request, arrow_batch=arrow)
    yield response(request, result_complete=base.ExecutePlanResponse.ResultComplete())


class Operation:
    def __init__(self, request, scenario):
        self.responses = list(whole_answer(request, scenario))
        self.streams = 0
        self.interrupted = threading.Event()

    def after(self, last):
        ids = [response.response_id for response in self.responses]
        return self.responses[ids.index(last) + 1 :] if last else self.responses


class Server(service.SparkConnectServiceServicer):
    def __init__(self):
        self.lock = threading.Lock()
        self.operations = {}
        self.log = {}
        self.calls = {}

    def note(self, session, what):
        with self.lock:
            self.log.setdefault(session, []).append(what)

    def count(self, session, what):
        with self.lock:
            self.calls[session, what] = self.calls.get((session, what), 0) + 1
            return self.calls[session, what]

    def AnalyzePlan(self, request, context):
        scenario = scenario_of(context)
        calls = self.count(request.session_id, "version")
        if scenario == "never-answers" or (scenario == "falls-silent" and calls > 1):
            threading.Event().wait(FOREVER)
        if scenario == "wants-token" and ("authorization", "Bearer right") not in context.invocation_metadata():
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "Invalid authentication token")
        if scenario == "other":
            context.abort(grpc.StatusCode.UNIMPLEMENTED, "Method not found!")
        version = "3.5.1" if scenario == "old" else "4.3.0"
        return base.AnalyzePlanResponse(
            session_id=request.session_id,
            server_side_session_id="first-" + request.session_id,
            spark_version=base.AnalyzePlanResponse.SparkVersion(version=version),
        )

    def ExecutePlan(self, request, context):
        scenario = scenario_of(context)
        self.note(request.session_id, "executed " + request.operation_id)
        if scenario == "never-arrives" and self.count(request.session_id, "execute") == 1:
            context.abort(grpc.StatusCode.UNAVAILABLE, "Connection reset by peer")
        operation = Operation(request, scenario)
        self.operations[request.operation_id] = operation
        yield from self.send(request, context, scenario, operation, None)

    def ReattachExecute(self, request, context):
        scenario = scenario_of(context)
        operation = self.operations.get(request.operation_id)
        if operation is None or scenario == "forgets":
            context.abort(
                grpc.StatusCode.INTERNAL,
                f"[INVALID_HANDLE.OPERATION_NOT_FOUND] The handle {request.operation_id} is invalid. Operation not found.",
            )
        if scenario == "lost-position":
            context.abort(grpc.StatusCode.INTERNAL, "[INVALID_CURSOR.POSITION_NOT_AVAILABLE] The cursor is invalid.")
        if scenario == "disconnects" and operation.streams == 1:
            operation.streams += 1
            context.abort(grpc.StatusCode.INTERNAL, "[INVALID_CURSOR.DISCONNECTED] The cursor has been disconnected.")
        last = None if scenario == "replays" else request.last_response_id
        yield from self.send(request, context, scenario, operation, last)

    def send(self, request, context, scenario, operation, last):
        """One stream of an operation's responses, to the end that the scenario gives it."""
        operation.streams += 1
        if scenario in ("stands-still", "falls-silent"):
            threading.Event().wait(FOREVER)
        if scenario == "runs-on":
            operation.interrupted.wait(FOREVER)
            context.abort(grpc.StatusCode.INTERNAL, "[OPERATION_CANCELED] Operation has been canceled. SQLSTATE: HY008")
        if scenario == "ends-at-once":
            return
        if scenario == "fails":
            fail(context)
        left = operation.after(last)
        if scenario == "replays":
            left = left[: 2 * operation.streams]
        elif scenario in ("ends", "forgets", "breaks", "lost-position", "disconnects"):
            left = left[:2]
        elif scenario == "breaks-unnumbered" and self.count(request.session_id, "stream") == 1:
            left = left[:3]
        for number, one in enumerate(left):
            if scenario == "restarts" and number == 3:
                one.server_side_session_id = "second-" + request.session_id
            if scenario == "slow":
                threading.Event().wait(0.2)
            yield one
        complete = left and left[-1].HasField("result_complete")
        if scenario in ("breaks", "breaks-unnumbered") and not complete:
            context.abort(grpc.StatusCode.UNAVAILABLE, "Connection reset by peer")

    def ReleaseExecute(self, request, context):
        if request.HasField("release_all"):
            self.note(request.session_id, "released " + request.operation_id)
        return base.ReleaseExecuteResponse(session_id=request.session_id, operation_id=request.operation_id)

    def Interrupt(self, request, context):
        if scenario_of(context) == "closed":
            context.abort(grpc.StatusCode.INTERNAL, "[INVALID_HANDLE.SESSION_CLOSED] The handle is invalid. Session was closed.")
        if request.operation_id:
            self.note(request.session_id, "interrupted " + request.operation_id)
            operation = self.operations.get(request.operation_id)
            if operation:
                operation.interrupted.set()
            ids = [request.operation_id]
        else:
            ids = self.log.get(request.session_id, [])
        return base.InterruptResponse(session_id=request.session_id, interrupted_ids=ids)

    def Config(self, request, context):
        if request.operation.set.pairs[0].key != "known":
            context.abort(grpc.StatusCode.INTERNAL, "[CANNOT_MODIFY_CONFIG] Cannot modify the value of the Spark config")
        return base.ConfigResponse(session_id=request.session_id, server_side_session_id="first-" + request.session_id)

    def ReleaseSession(self, request, context):
        if scenario_of(context) == "closed":
            context.abort(grpc.StatusCode.INTERNAL, "invalid argument: session not found: " + request.session_id)
        return base.ReleaseSessionResponse(session_id=request.session_id)

    def FetchErrorDetails(self, request, context):
        error = base.FetchErrorDetailsResponse.Error(
            error_type_hierarchy=["org.apache.spark.SparkException"], message=TRACEBACK
        )
        return base.FetchErrorDetailsResponse(session_id=request.session_id, root_error_idx=0, errors=[error])


def fail(context):
    """An error as Spark has it: a short text, and the rest for whoever asks."""
    info = error_details_pb2.ErrorInfo(
        reason="org.apache.spark.SparkException", domain="org.apache.spark", metadata={"errorId": str(uuid.uuid4())}
    )
    detail = any_pb2.Any()
    detail.Pack(info)
    said = "Job aborted due to stage failure"
    status = status_pb2.Status(code=grpc.StatusCode.INTERNAL.value[0], message=said, details=[detail])
    context.set_trailing_metadata([("grpc-status-details-bin", status.SerializeToString())])
    context.abort(grpc.StatusCode.INTERNAL, said)


def scenario_of(context):
    return dict(context.invocation_metadata()).get("x-scenario", "")


def main():
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=64))
    service.add_SparkConnectServiceServicer_to_server(Server(), server)
    clear = server.add_insecure_port("127.0.0.1:0")
    key, certificate = (open(path, "rb").read() for path in sys.argv[1:3])
    secure = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(key, certificate)]))
    server.start()
    print(clear, secure, flush=True)
    sys.stdin.read()
    # Calls that wait forever would be waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
