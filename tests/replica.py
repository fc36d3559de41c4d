"""A server that gives one answer to every request, in a process that can be killed.

    python replica.py ANSWER [SERVING]

ANSWER is a file of a serialized PredictResponse. The process prints its port when it listens. With
SERVING "yes" or "no" its health service says so; without, it has none.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

_SECONDS_A_REQUEST = 0.02


def main(answer, serving=""):
    content = Path(answer).read_bytes()

    def predict(request, context):
        time.sleep(_SECONDS_A_REQUEST)
        return content

    server = grpc.server(ThreadPoolExecutor(32))
    methods = {"Predict": grpc.unary_unary_rpc_method_handler(predict)}  # bytes in, bytes out
    handler = grpc.method_handlers_generic_handler("tensorflow.serving.PredictionService", methods)
    server.add_generic_rpc_handlers([handler])
    if serving:
        statuses = health_pb2.HealthCheckResponse
        status = statuses.SERVING if serving == "yes" else statuses.NOT_SERVING
        servicer = health.HealthServicer()
        servicer.set("", status)
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main(*sys.argv[1:])
