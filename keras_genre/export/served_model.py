"""ServedModel: what is exported, from raw films to genres."""

import contextlib

import keras
import tensorflow as tf

from keras_genre import features
from keras_genre.export.groups import in_groups
from keras_genre.export.lean_model import make_lean
from keras_genre.export.weights import FLOAT32, NarrowWeights

_PLOTS = tf.TensorSpec([None], tf.string, name=features.PLOT)
_POSTERS = tf.TensorSpec([None], tf.string, name=features.POSTER)


class ServedModel:
    """Preprocessor, classifier and decoder in a row: raw films in, genres out.

    `state` holds what is saved beside the signatures. The functions are not in there: TensorFlow
    would trace each a second time while saving, and a loader would read every graph twice.

    Args:
        preprocessor: A `MoviePreprocessor`.
        model: A `GenreClassifier`.
        decoder: A `GenreDecoder`.
        weights: How the classifier's weights are stored, one of `WEIGHTS`.
    """

    def __init__(self, preprocessor, model, decoder, weights=FLOAT32):
        self.preprocessor = preprocessor
        self.decoder = decoder
        self.state = tf.Module()
        self.state.preprocessor = preprocessor
        self.computes_in = model.dtype_policy.compute_dtype
        model = make_lean(model)
        # The same layers without what training added: an optimizer is twice the size of its model.
        outputs = {"logits": model.output, features.EMBEDDING: model.embedder.output}
        graph = keras.Model(model.input, outputs)
        # Not the Keras variables, nor what holds them: in the graph that TensorFlow Serving runs,
        # those would be restored into copies that nobody reads.
        self.weights = None
        if weights == FLOAT32:
            self.state.weights = [variable.value for variable in graph.variables]
        else:
            self.state.weights = self.weights = NarrowWeights(graph.variables, weights)
        specs = {
            name: tf.TensorSpec(tensor.shape, tensor.dtype, name=name)
            for name, tensor in model.input.items()
        }
        # One function each, however many signatures need them.
        self.forward = _traced(lambda tensors: self._computed(graph, tensors), specs)
        self.tokens = _traced(lambda tensors: self._decided(self.forward, tensors), specs)
        self._reads = tuple(specs)
        self._films = _with_encoded_posters(specs)
        self._computed_with_posters = _traced(self._with_posters, self._films)

    @tf.function(input_signature=[_PLOTS, _POSTERS], autograph=False)
    def predict(self, plot, poster):
        """Genres of a batch of films: `serving_default`."""
        return self._decided(self._computed_with_posters, self._plots_prepared(plot, poster))

    @tf.function(input_signature=[_PLOTS, _POSTERS], autograph=False)
    def embed(self, plot, poster):
        """A vector for each film, as the last layer sees it: `embed`."""
        tensors = self._plots_prepared(plot, poster)
        answer = in_groups(self._computed_with_posters, tensors)
        return {features.EMBEDDING: answer[features.EMBEDDING]}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="inputs")], autograph=False)
    def classify(self, inputs):
        """Genres from serialized examples: `classify`."""
        schema = {
            name: tf.io.FixedLenFeature([], tf.string, default_value="")
            for name in (features.PLOT, features.POSTER)
        }
        films = tf.io.parse_example(inputs, schema)
        answer = self.predict(films[features.PLOT], films[features.POSTER])
        return {"classes": answer[features.GENRES], "scores": answer[features.PROBABILITIES]}

    @tf.function(input_signature=[_PLOTS, _POSTERS], autograph=False)
    def prepare(self, plot, poster):
        """What `tokens` takes: the tensors of films."""
        tensors = self.preprocessor({features.PLOT: plot, features.POSTER: poster})
        return {name: tensors[name] for name in self._reads}

    def signatures(self) -> dict:
        """The signatures by name; names of inputs and outputs are pinned by their functions."""
        return {
            "serving_default": self.predict.get_concrete_function(),
            "classify": self.classify.get_concrete_function(),
            "tokens": self.tokens.get_concrete_function(),
            "embed": self.embed.get_concrete_function(),
        }

    def _computed(self, graph, tensors):
        with self.weights.in_use() if self.weights else contextlib.nullcontext():
            return graph(tensors, training=False)

    @tf.function(input_signature=[_PLOTS, _POSTERS], autograph=False)
    def _plots_prepared(self, plot, poster):
        tensors = self.preprocessor.prepare_plots({features.PLOT: plot, features.POSTER: poster})
        return {name: tensors[name] for name in self._films}

    def _with_posters(self, tensors):
        """Decode posters beside what is computed of plots, which else would wait for them."""
        if features.POSTER not in tensors:
            return self.forward(tensors)
        tensors = dict(tensors)
        tensors |= self.preprocessor.poster(tensors.pop(features.POSTER))
        has_poster = {features.HAS_POSTER: tensors[features.HAS_POSTER]}
        return {**self.forward(tensors), **has_poster}

    def _decided(self, compute, tensors):
        answer = in_groups(compute, tensors)
        known = {**tensors, **answer}
        has = (known.get(name) for name in (features.HAS_PLOT, features.HAS_POSTER))
        return self.decoder(answer["logits"], *has)


def _with_encoded_posters(specs):
    if features.POSTER_IMAGE not in specs:
        return specs
    decoded = (features.POSTER_IMAGE, features.HAS_POSTER)
    kept = {name: spec for name, spec in specs.items() if name not in decoded}
    return {**kept, features.POSTER: _POSTERS}


def _traced(function, specs):
    return tf.function(function, input_signature=[specs], autograph=False)
