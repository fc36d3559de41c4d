"""The network that is served: the one that was trained, in fewer operations."""

import collections

import keras

from keras_genre.export.folded_convolution import FoldedConvolution, can_fold
from keras_genre.export.joined_transformer import JoinedTransformer, can_join
from keras_genre.models import GenreClassifier


def make_lean(model: GenreClassifier) -> GenreClassifier:
    """Make a classifier that answers as `model` does in inference, sooner; it cannot be trained.

    Batch normalisations go into the convolutions before them, and the layers of BERT become
    `JoinedTransformer`s. Encoders that have neither are computed as they are. Answers differ by the
    rounding of their numbers.

    Args:
        model: A classifier, which stays as it is. The new one has copies of its weights.
    """
    own = GenreClassifier.from_config(model.get_config())
    own.set_weights(model.get_weights())
    encoders = [_lean_encoder(each) for each in (own.text_encoder, own.poster_encoder)]
    return GenreClassifier(own.vocabulary, own.fusion_head, *encoders, name=own.name)


def _lean_encoder(encoder):
    network = getattr(encoder, "network", None)
    if network is None:
        return encoder
    folded = _foldings(network)
    replaced = {old: FoldedConvolution(*layers) for old, layers in folded.items()}
    needless = {normalization.name for _, normalization in folded.values()}
    replaced |= {
        layer.name: JoinedTransformer(layer) for layer in network.layers if can_join(layer)
    }
    if not replaced:
        return encoder

    def call(layer, *args, **kwargs):
        return args[0] if layer.name in needless else layer(*args, **kwargs)

    lean = type(encoder).from_config(encoder.get_config())
    lean._layers.remove(lean.network)  # or it would stay beside what replaces it
    lean.network = keras.models.clone_model(
        network,
        clone_function=lambda layer: replaced.get(layer.name, layer),
        call_function=call,
    )
    return lean


def _foldings(network) -> dict[str, tuple[keras.layers.Layer, keras.layers.Layer]]:
    """Convolutions with the batch normalisations that alone read them, by the former's names."""
    normalizations = [
        layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)
    ]
    if not normalizations:
        return {}
    makers = {id(layer.output): layer for layer in network.layers if can_fold(layer)}
    read = [network.output, *(layer.input for layer in network.layers)]
    readers = collections.Counter(map(id, keras.tree.flatten(read)))
    foldings = {}
    for layer in normalizations:
        convolution = makers.get(id(layer.input))
        if convolution and readers[id(layer.input)] == 1 and layer.scale and layer.center:
            foldings[convolution.name] = convolution, layer
    return foldings
