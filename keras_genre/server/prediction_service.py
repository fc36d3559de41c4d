"""`PredictionService` of TensorFlow Serving."""

from collections.abc import Callable

from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    inference_pb2,
    model_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from keras_genre.server.examples import classify, infer, regress
from keras_genre.server.metrics import Metrics
from keras_genre.server.model_registry import ModelRegistry
from keras_genre.server.servable import DEFAULT_SIGNATURE, Servable
from keras_genre.server.statuses import answering, invalid
from keras_genre.server.tensors import write_tensor

__all__ = ["SIGNATURES", "PredictionService", "model_metadata"]

SIGNATURES = "signature_def"  # the one field of metadata


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Answers Predict, Classify, Regress, MultiInference and GetModelMetadata.

    Args:
        registry: The models to answer with.
        metrics: Where requests are counted.
    """

    def __init__(self, registry: ModelRegistry, metrics: Metrics):
        self._registry = registry
        self._metrics = metrics

    @answering
    def Predict(self, request, deadline):  # noqa: N802
        """Run one signature of one model."""

        def answer(servable, signature_name):
            outputs = servable.predict(
                signature_name, request.inputs, request.output_filter, deadline
            )
            response = predict_pb2.PredictResponse()
            for name, tensor in outputs.items():
                write_tensor(tensor, response.outputs[name])
            return response

        return self._answer("Predict", request, answer)

    @answering
    def Classify(self, request, deadline):  # noqa: N802
        """Give class labels and scores of examples."""
        response = classification_pb2.ClassificationResponse
        return self._answer_about_examples("Classify", request, deadline, classify, response)

    @answering
    def Regress(self, request, deadline):  # noqa: N802
        """Give a value for each of some examples."""
        response = regression_pb2.RegressionResponse
        return self._answer_about_examples("Regress", request, deadline, regress, response)

    @answering
    def MultiInference(self, request, deadline):  # noqa: N802
        """Answer several signatures of one model about the same examples."""
        first = request.tasks[0] if request.tasks else inference_pb2.InferenceTask()
        with (
            self._counted("MultiInference", first),
            self._registry.lease(first.model_spec) as servable,
        ):
            return infer(servable, request.tasks, request.input, deadline)

    @answering
    def GetModelMetadata(self, request, _deadline):  # noqa: N802
        """Describe the signatures of one model."""
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        if not request.metadata_field:
            raise invalid("GetModelMetadataRequest must specify at least one metadata_field")
        for field in request.metadata_field:
            if field != SIGNATURES:
                raise invalid(f"Metadata field {field} is not supported")
        return model_metadata(self._registry, request.model_spec)

    def _answer_about_examples(self, api: str, request, deadline, ask: Callable, response: type):
        def answer(servable, signature_name):
            return response(result=ask(servable, signature_name, request.input, deadline))

        return self._answer(api, request, answer)

    def _answer(self, api: str, request, answer: Callable[[Servable, str], object]):
        with self._counted(api, request):
            if not request.HasField("model_spec"):
                raise invalid("Missing ModelSpec")
            spec = request.model_spec
            signature_name = spec.signature_name or DEFAULT_SIGNATURE
            with self._registry.lease(spec) as servable:
                response = answer(servable, signature_name)
                response.model_spec.name = spec.name
                response.model_spec.version.value = servable.version
                response.model_spec.signature_name = signature_name
            return response

    def _counted(self, api: str, request):
        return self._metrics.request(request.model_spec.name, api, "GRPC", self._registry.managers)


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
