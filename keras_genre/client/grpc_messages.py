"""What is asked of a model over gRPC, and what it answers, as TensorFlow Serving's messages."""

import dataclasses

import tensorflow as tf
from tensorflow_serving.apis import get_model_status_pb2, model_pb2, predict_pb2

from keras_genre import features
from keras_genre.client.arguments import check_version
from keras_genre.client.films import FilmBatch
from keras_genre.client.genre_prediction import GenrePrediction

__all__ = ["AskedModel", "read_predictions", "read_states"]


@dataclasses.dataclass(frozen=True)
class AskedModel:
    """A model on a server, or one version of it, by its number or its label.

    Raises:
        ValueError: If both a version and a label are given.
    """

    name: str
    version: int | None
    label: str | None

    def __post_init__(self):
        check_version(self.version, self.label)

    def predict_request(self, batch: FilmBatch) -> predict_pb2.PredictRequest:
        """Ask for the genres of films."""
        request = predict_pb2.PredictRequest(model_spec=self._spec())
        request.inputs[features.PLOT].CopyFrom(tf.make_tensor_proto(batch.plots))
        request.inputs[features.POSTER].CopyFrom(tf.make_tensor_proto(batch.posters))
        return request

    def status_request(self) -> get_model_status_pb2.GetModelStatusRequest:
        """Ask for the states of its versions."""
        return get_model_status_pb2.GetModelStatusRequest(model_spec=self._spec())

    def _spec(self) -> model_pb2.ModelSpec:
        spec = model_pb2.ModelSpec(name=self.name)
        if self.version is not None:
            spec.version.value = self.version
        if self.label is not None:
            spec.version_label = self.label
        return spec


def read_predictions(response: predict_pb2.PredictResponse) -> list[GenrePrediction]:
    """Return one prediction a film, with the version that the server says has answered."""
    outputs = {name: tf.make_ndarray(value) for name, value in response.outputs.items()}
    spec = response.model_spec
    return GenrePrediction.from_outputs(outputs, spec.name, spec.version.value)


def read_states(response: get_model_status_pb2.GetModelStatusResponse) -> dict[int, str]:
    """Return the name of each version's state."""
    states = get_model_status_pb2.ModelVersionStatus.State
    return {s.version: states.Name(s.state) for s in response.model_version_status}
