"""FeatureClassifier: what lies above the frozen encoders of a GenreClassifier."""

from collections.abc import Collection

import keras

from keras_genre import features
from keras_genre.models.genre_classifier import GenreClassifier, fuse
from keras_genre.models.multi_label_model import MultiLabelModel

_PRESENT = {"text": features.HAS_PLOT, "poster": features.HAS_POSTER}
_RAW = {"text": features.PLOT_TOKEN_IDS, "poster": features.POSTER_IMAGE}


class FeatureClassifier(MultiLabelModel):
    """A `GenreClassifier` that is given what some of its encoders would have said.

    It shares every layer with the classifier: training the one trains the other. It is not meant
    to be saved; save the classifier.

    Args:
        classifier: The whole model.
        modalities: Which encoders to leave out, "text", "poster" or both: those whose weights do
            not change.

    Call with a dict as the classifier takes it, where for each modality left out `text_vector`, of
    shape `(batch, features)`, stands in the place of the word ids, or `poster_vector` in that of
    the image; where the fusion head reads tokens, `text_tokens`, `(batch, tokens, features)`, too,
    and `text_mask`, bool of shape `(batch, tokens)`. Returns the classifier's logits.
    """

    def __init__(self, classifier: GenreClassifier, modalities: Collection[str]):
        encoders = {"text": classifier.text_encoder, "poster": classifier.poster_encoder}
        head = classifier.fusion_head
        inputs, given = {}, {}
        for modality, encoder in encoders.items():
            if encoder is None:
                continue
            whole = {tensor.name: tensor for tensor in classifier.inputs}
            raw, present = whole[_RAW[modality]], whole[_PRESENT[modality]]
            present = _input_like(present, present.name)
            outputs = encoder.compute_output_spec(raw)
            if modality in modalities:
                parts = _feature_inputs(modality, outputs, head.uses_tokens)
                inputs.update({part.name: part for part in parts.values()})
            else:
                raw = _input_like(raw, raw.name)
                masked = {"present": present} if modality == "poster" else {}
                parts = encoder(raw, **masked)
                if modality == "text":
                    parts = {**parts, "token_ids": raw}
                inputs[raw.name] = raw
            inputs[present.name] = present
            given[modality] = {**parts, "present": present}
        outputs = fuse(given, head, classifier.modality_dropout)
        super().__init__(inputs, outputs, head, classifier.vocabulary)


def _feature_inputs(modality, outputs, with_tokens):
    names = [name for name in outputs if with_tokens or name == "vector"]
    return {name: _input_like(outputs[name], f"{modality}_{name}") for name in names}


def _input_like(tensor, name):
    return keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=name)
