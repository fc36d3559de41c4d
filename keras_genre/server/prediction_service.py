"""`PredictionService` of TensorFlow Serving."""

from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    model_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from keras_genre.server.model_registry import ModelRegistry
from keras_genre.server.servable import DEFAULT_SIGNATURE
from keras_genre.server.statuses import answering, invalid, unimplemented
from keras_genre.server.tensors import write_tensor

__all__ = ["SIGNATURES", "USE_PREDICT", "PredictionService", "model_metadata"]

SIGNATURES = "signature_def"  # the one field of metadata
USE_PREDICT = "Use Predict, or TensorFlow Serving itself."


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Answers Predict and GetModelMetadata; the other methods say that they are not there.

    Args:
        registry: The models to answer with.
    """

    def __init__(self, registry: ModelRegistry):
        self._registry = registry

    @answering
    def Predict(self, request):  # noqa: N802
        """Run one signature of one model."""
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
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

    @answering
    def GetModelMetadata(self, request):  # noqa: N802
        """Describe the signatures of one model."""
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        if not request.metadata_field:
            raise invalid("GetModelMetadataRequest must specify at least one metadata_field")
        for field in request.metadata_field:
            if field != SIGNATURES:
                raise invalid(f"Metadata field {field} is not supported")
        return model_metadata(self._registry, request.model_spec)

    Classify = unimplemented("Classify", USE_PREDICT)
    Regress = unimplemented("Regress", USE_PREDICT)
    MultiInference = unimplemented("MultiInference", USE_PREDICT)


def model_metadata(
    registry: ModelRegistry, spec: model_pb2.ModelSpec
) -> get_model_metadata_pb2.GetModelMetadataResponse:
    """Return the signatures of the version that `spec` means.

    Raises:
        StatusError: If there is none.
    """
    response = get_model_metadata_pb2.GetModelMetadataResponse()
    with registry.lease(spec) as servable:
        response.model_spec.name = spec.name
        response.model_spec.version.value = servable.version
        signatures = get_model_metadata_pb2.SignatureDefMap(signature_def=servable.signatures)
    response.metadata[SIGNATURES].Pack(signatures)
    return response
