"""A model that answers over gRPC as it is told, without TensorFlow in the server."""

import concurrent.futures
import contextlib
import threading
import time

import grpc
import tensorflow as tf
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)


class FakeModel(
    prediction_service_pb2_grpc.PredictionServiceServicer,
    model_service_pb2_grpc.ModelServiceServicer,
):
    """Fails as often as it is told, then knows one genre; notes when it was called."""

    def __init__(self):
        self.failures, self.code, self.calls = 0, grpc.StatusCode.UNAVAILABLE, []
        self.padding = b""
        self.metadata, self.delay, self.at_work, self.most_at_work = [], 0.0, 0, 0
        self.specs, self._lock = [], threading.Lock()

    def Predict(self, request, context):  # noqa: N802
        with self._working():
            self._call(context)
            time.sleep(self.delay)
        self.specs.append(request.model_spec)
        response = predict_pb2.PredictResponse()
        response.model_spec.CopyFrom(request.model_spec)
        # A film's probability is the length of its plot, in hundredths.
        plots = tf.make_ndarray(request.inputs["plot"])
        count = len(plots)
        answer = {
            "genres": [["Drama"]] * count,
            "probabilities": [[min(len(plot), 100) / 100] for plot in plots],
            "selected": [[True]] * count,
        }
        for name, rows in answer.items():
            response.outputs[name].CopyFrom(tf.make_tensor_proto(rows))
        response.outputs["padding"].CopyFrom(tf.make_tensor_proto(self.padding))
        return response

    def GetModelStatus(self, request, context):  # noqa: N802
        self._call(context)
        response = get_model_status_pb2.GetModelStatusResponse()
        available = get_model_status_pb2.ModelVersionStatus.AVAILABLE
        response.model_version_status.add(version=1, state=available)
        return response

    @contextlib.contextmanager
    def _working(self):
        with self._lock:
            self.at_work += 1
            self.most_at_work = max(self.most_at_work, self.at_work)
        yield
        with self._lock:
            self.at_work -= 1

    def _call(self, context):
        self.calls.append(time.monotonic())
        self.metadata.append(dict(context.invocation_metadata()))
        if len(self.calls) <= self.failures:
            context.abort(self.code, "not now")


@contextlib.contextmanager
def serving(model, port=0, credentials=None):
    """Run `model` behind a port, and give the port."""
    limits = (("grpc.max_receive_message_length", -1), ("grpc.so_reuseport", 0))
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(16), options=limits)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(model, server)
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(model, server)
    address = f"127.0.0.1:{port}"
    if credentials is None:
        port = server.add_insecure_port(address)
    else:
        port = server.add_secure_port(address, credentials)
    server.start()
    try:
        yield port
    finally:
        server.stop(None).wait()
