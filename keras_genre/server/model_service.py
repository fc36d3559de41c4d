"""`ModelService` of TensorFlow Serving."""

from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_management_pb2,
    model_pb2,
    model_service_pb2_grpc,
)

from keras_genre.server.model_registry import ModelRegistry
from keras_genre.server.statuses import answering, invalid

__all__ = ["ModelService", "model_status"]


class ModelService(model_service_pb2_grpc.ModelServiceServicer):
    """Answers GetModelStatus and HandleReloadConfigRequest.

    Args:
        registry: The models to report on, and to exchange.
    """

    def __init__(self, registry: ModelRegistry):
        self._registry = registry

    @answering
    def GetModelStatus(self, request, _deadline):  # noqa: N802
        """Report the state of every version of a model, or of one version."""
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        return model_status(self._registry, request.model_spec)

    @answering
    def HandleReloadConfigRequest(self, request, _deadline):  # noqa: N802
        """Serve other models, other versions of them, or under other labels."""
        self._registry.reload(request.config)
        response = model_management_pb2.ReloadConfigResponse()
        response.status.SetInParent()  # present, as the real server sends it: no error
        return response


def model_status(
    registry: ModelRegistry, spec: model_pb2.ModelSpec
) -> get_model_status_pb2.GetModelStatusResponse:
    """Return the state of every version that `spec` means.

    Raises:
        StatusError: If there is none.
    """
    response = get_model_status_pb2.GetModelStatusResponse()
    for version in registry.versions(spec):
        status = response.model_version_status.add(version=version.number)
        status.state = int(version.state)
        # Present even when all is well, as the real server sends it.
        status.status.SetInParent()
        if version.error is not None:
            status.status.error_code = version.error.code.value[0]
            status.status.error_message = version.error.message
    return response
