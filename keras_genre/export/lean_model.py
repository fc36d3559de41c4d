"""The network that is served: the one that was trained, in fewer operations."""

import collections

import keras

from keras_genre.export.folded_convolution import FoldedConvolution, can_fold
from keras_genre.export.joined_transformer import JoinedTransformer
from keras_genre.models import GenreClassifier
from keras_genre.models.text_encoders.transformer import TransformerTextEncoder


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
    foldings = _foldings(network)
    replaced = {layers[0].name: FoldedConvolution(*layers) for layers in foldings}
    if isinstance(encoder, TransformerTextEncoder):
        blocks = [layer for layer in network.layers if layer.name.startswith("transformer_layer")]
        replaced |= {layer.name: JoinedTransformer(layer) for layer in blocks}
    if not replaced:
        return encoder
    lean = type(encoder).from_config(encoder.get_config())
    lean._layers.remove(lean.network)  # or it would stay beside what replaces it
    lean.network = _rebuilt(network, replaced, {layers[1].name for layers in foldings})
    return lean


def _rebuilt(network, replaced, needless):
    def call(layer, *args, **kwargs):
        return args[0] if layer.name in needless else layer(*args, **kwargs)

    return keras.models.clone_model(
        network,
        clone_function=lambda layer: replaced.get(layer.name, layer),
        call_function=call,
    )


def _foldings(network) -> list[tuple[keras.layers.Layer, keras.layers.Layer]]:
    """Convolutions, each with the batch normalisation that alone reads it."""
    normalizations = [
        layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)
    ]
    if not normalizations:
        return []
    makers = {id(layer.output): layer for layer in network.layers if can_fold(layer)}
    read = [network.output, *(layer.input for layer in network.layers)]
    readers = collections.Counter(map(id, keras.tree.flatten(read)))
    return [
        (makers[id(layer.input)], layer)
        for layer in normalizations
        if id(layer.input) in makers
        and readers[id(layer.input)] == 1
        and layer.scale
        and layer.center
    ]
