"""`PredictionService` of TensorFlow Serving."""

import grpc
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from keras_genre.server.model_registry import ModelRegistry
from keras_genre.server.servable import DEFAULT_SIGNATURE
from keras_genre.server.statuses import StatusError, answering, unimplemented
from keras_genre.server.tensors import write_tensor

__all__ = ["PredictionService"]

_USE_PREDICT = "Use Predict, or TensorFlow Serving itself."


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Answers Predict; the other methods say that they are not there.

    Args:
        registry: The models to answer with.
    """

    def __init__(self, registry: ModelRegistry):
        self._registry = registry

    @answering
    def Predict(self, request):  # noqa: N802
        """Run one signature of one model."""
        if not request.HasField("model_spec"):
            raise StatusError(grpc.StatusCode.INVALID_ARGUMENT, "Missing ModelSpec")
        spec = request.model_spec
        signature_name = spec.signature_name or DEFAULT_SIGNATURE
        response = predict_pb2.PredictResponse()
        with self._registry.lease(spec) as servable:
            outputs = servable.predict(signature_name, request.inputs, request.output_filter)
            response.model_spec.name = spec.name
            response.model_spec.version.value = servable.version
            response.model_spec.signature_name = signature_name
            for name, tensor in outputs.items():
                write_tensor(tensor, response.outputs[name])
        return response

    Classify = unimplemented("Classify", _USE_PREDICT)
    Regress = unimplemented("Regress", _USE_PREDICT)
    MultiInference = unimplemented("MultiInference", _USE_PREDICT)
    GetModelMetadata = unimplemented(
        "GetModelMetadata", "`saved_model_cli show --dir <folder> --all` prints the signatures."
    )
