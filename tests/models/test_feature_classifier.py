import keras
import numpy as np
import pytest

from keras_genre.models import GenreClassifier
from keras_genre.models.feature_classifier import FeatureClassifier

GENRES = ["Drama", "War", "Western"]
_SIZES = {"text_options": {"embedding_dim": 4, "hidden_dim": 4}, "image_size": 8,
          "poster_options": {"stackwise_num_filters": (4, 4)}}  # fmt: skip


def make_model(head, **options):
    keras.utils.set_random_seed(0)
    name = f"gru+cnn64+{head}"
    return GenreClassifier.from_preset(name, GENRES, "float32", **_SIZES, **options)


def films():
    rng = np.random.default_rng(0)
    return {
        "plot_token_ids": rng.integers(1, 20, (6, 5), dtype="int32"),
        "has_plot": np.arange(6) != 1,
        "poster_image": rng.integers(0, 256, (6, 8, 8, 3), dtype="uint8"),
        "has_poster": np.arange(6) != 2,
    }


def features_of(model, inputs, modalities):
    """What the encoders say, in the place of what they read."""
    inputs = dict(inputs)
    for modality, raw, encoder in (
        ("text", "plot_token_ids", model.text_encoder),
        ("poster", "poster_image", model.poster_encoder),
    ):
        if modality in modalities:
            outputs = encoder(inputs.pop(raw))
            inputs |= {f"{modality}_{name}": np.asarray(x) for name, x in outputs.items()}
    return inputs


@pytest.mark.parametrize("modalities", [("text", "poster"), ("text",), ("poster",)])
@pytest.mark.parametrize("head", ["concat", "attention", "central"])
def test_features_give_the_logits_of_the_whole_model(head, modalities):
    model = make_model(head)
    classifier = FeatureClassifier(model, modalities)
    known = features_of(model, films(), modalities)
    received = classifier({name: known[name] for name in classifier.input})
    np.testing.assert_allclose(received, model(films()), atol=1e-6)
    assert ("text_tokens" in classifier.input) == (head == "attention" and "text" in modalities)


def test_training_on_features_trains_the_head_of_the_whole_model():
    model = make_model("central")
    classifier = FeatureClassifier(model, ("text", "poster"))
    known = features_of(model, films(), ("text", "poster"))
    known = {name: known[name] for name in classifier.input}
    before = np.asarray(model(films()))
    encoders = [w.numpy() for e in (model.text_encoder, model.poster_encoder) for w in e.weights]
    classifier.compile(optimizer=keras.optimizers.Adam(0.01))
    history = classifier.fit(known, np.eye(6, 3, dtype="float32"), epochs=20, verbose=0).history
    # The losses of the modalities count too, as they do for the whole model.
    assert history["loss"][0] > 1.5
    assert history["loss"][-1] < history["loss"][0]
    after = np.asarray(model(films()))
    assert np.abs(after - before).max() > 0.1
    np.testing.assert_allclose(classifier(known), after, atol=1e-6)
    now = [w.numpy() for e in (model.text_encoder, model.poster_encoder) for w in e.weights]
    assert all(np.array_equal(a, b) for a, b in zip(encoders, now, strict=True))


def test_modality_dropout_of_the_whole_model_holds_for_features_too():
    model = make_model("concat", modality_dropout=0.9)
    classifier = FeatureClassifier(model, ("text", "poster"))
    known = features_of(model, films(), ("text", "poster"))
    known = {name: known[name] for name in classifier.input}
    model.fusion_head.input_dropout.rate = 0.0
    plain = np.asarray(classifier(known))
    drawn = [np.asarray(classifier(known, training=True)) for _ in range(3)]
    assert all(np.abs(logits - plain).max() > 1e-4 for logits in drawn)
    # The films that lack a modality keep the one that they have.
    for logits in drawn:
        np.testing.assert_allclose(logits[1:3], plain[1:3], atol=1e-6)
