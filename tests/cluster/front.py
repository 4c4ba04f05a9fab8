"""A server of gRPC that knows nobody: whatever is asked, it answers that the token is not right.

    python tests/cluster/front.py PORT

It runs in an environment that has grpcio. Servers behind an identity provider answer so, and Spark itself does by
`spark.connect.authenticate.token`.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import grpc


class KnowsNobody(grpc.GenericRpcHandler):
    def service(self, handler_call_details):
        def refuse(_requests, context):
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "the token is not right")

        return grpc.stream_stream_rpc_method_handler(refuse)


def main(port: str) -> None:
    server = grpc.server(ThreadPoolExecutor(max_workers=4), handlers=[KnowsNobody()])
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    server.wait_for_termination()


main(*sys.argv[1:])
