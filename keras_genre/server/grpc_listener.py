"""The gRPC side of the server: its services, ports and limits."""

import concurrent.futures
from collections.abc import Iterable

import grpc
from grpc_health.v1 import health, health_pb2_grpc
from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

from keras_genre.server.model_service import ModelService
from keras_genre.server.prediction_service import PredictionService

__all__ = ["make_grpc_server"]

_LARGEST_MESSAGE = 2**31 - 1
_OPTIONS = (
    ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
    ("grpc.max_send_message_length", _LARGEST_MESSAGE),
    # Without this a second server would share the port and take half of the requests.
    ("grpc.so_reuseport", 0),
)


def make_grpc_server(
    prediction: PredictionService,
    models: ModelService,
    health_servicer: health.HealthServicer | None,
    max_workers: int,
    channel_arguments: Iterable[tuple[str, int | str]],
) -> grpc.Server:
    """Make a gRPC server that answers these services and listens nowhere yet.

    Args:
        prediction: Answers about films.
        models: Answers about models.
        health_servicer: Answers about health. None = not answered.
        max_workers: How many requests run at the same time; the others wait.
        channel_arguments: Names and values that gRPC is given beside the server's own.
    """
    workers = concurrent.futures.ThreadPoolExecutor(max_workers, "keras_genre-request")
    server = grpc.server(workers, options=(*_OPTIONS, *channel_arguments))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(prediction, server)
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(models, server)
    if health_servicer is not None:
        health_pb2_grpc.add_HealthServicer_to_server(health_servicer, server)
    return server
