import numpy as np
import pytest
from reduced_presets import REDUCED_PRESETS
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from keras_genre import features
from keras_genre.models import GenreClassifier
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.runs import Recipe
from keras_genre.training.poster_evidence import fit_poster_evidence, mix_in_poster_evidence

_LAYERS = ("conv_pw_3_relu", "conv_pw_13_relu")


def test_fitted_evidence_finds_what_tells_a_genre():
    rng = np.random.default_rng(0)
    pooled = rng.normal(5.0, [1, 1, 100, 0.01], (2000, 4))
    labels = np.stack([pooled[:, 2] > 50, pooled[:, 3] > 5, np.ones(2000)], axis=1)
    kernel, biases = fit_poster_evidence(pooled, labels)
    said = pooled @ kernel + biases
    for genre in range(2):
        assert average_precision_score(labels[:, genre], said[:, genre]) > 0.98
    assert not kernel[:, 2].any()
    assert biases[2] == 0


def test_fitted_evidence_is_that_of_scaled_features():
    rng = np.random.default_rng(1)
    pooled = rng.normal(3.0, 2.0, (300, 5))
    labels = (pooled[:, :1] + rng.normal(size=(300, 1)) > 3).astype(float)
    kernel, biases = fit_poster_evidence(pooled, labels)
    scaled = (pooled - pooled.mean(axis=0)) / pooled.std(axis=0)
    other = LogisticRegression(C=3e-4).fit(scaled, labels[:, 0])
    said = other.decision_function(scaled)
    np.testing.assert_allclose(pooled @ kernel[:, 0] + biases[0], said, atol=1e-3)


@pytest.fixture
def system(sample_dataset):
    preset = REDUCED_PRESETS["compact_fusion"]
    changes = {
        "vocabulary_size": 200,
        "image_size": 32,
        "poster_options": {"alpha": 0.25, "pooled_layers": _LAYERS},
        "fusion_options": {**dict(preset.fusion_options), "vocabulary_size": 200},
    }
    name = "gru+mobilenet+additive"
    preprocessor = MoviePreprocessor.from_preset(name, **changes)
    preprocessor.adapt(sample_dataset.plots("train"))
    model = GenreClassifier.from_preset(
        name, sample_dataset.vocabulary, dtype="float32", poster_weights="random", **changes
    )
    return preprocessor, model


def test_films_without_plot_alone_are_judged_by_what_was_fitted(system, sample_dataset):
    preprocessor, model = system
    films = {}
    for batch, genres in sample_dataset.load("train", preprocessor, 64, shuffle=False):
        has = batch[features.HAS_POSTER].numpy()
        pooled = model.poster_encoder(batch[features.POSTER_IMAGE])["pooled"].numpy()[has]
        films.setdefault("pooled", []).extend(pooled)
        films.setdefault("labels", []).extend(genres.numpy()[has])
    kernel, biases = fit_poster_evidence(np.array(films["pooled"]), np.array(films["labels"]))
    whole = {name: tensor.numpy() for name, tensor in batch.items()}
    whole[features.HAS_PLOT] = np.arange(len(has)) % 2 == 0
    before = model(whole).numpy()
    mix_in_poster_evidence(model, preprocessor, sample_dataset, share=1.0)
    alone = model.poster_encoder(batch[features.POSTER_IMAGE])["pooled"].numpy() @ kernel + biases
    judged = (has & ~whole[features.HAS_PLOT])[:, None]
    assert judged.any()
    assert not judged.all()
    np.testing.assert_allclose(model(whole), np.where(judged, alone, before), atol=1e-3)


def test_recipe_of_a_head_that_hears_no_lone_posters_refused():
    with pytest.raises(ValueError, match="'lstm' has no fusion head that hears lone posters"):
        Recipe("lstm", poster_evidence=1.0)
    assert Recipe.from_preset("compact_fusion", text_weights="random").poster_evidence == 1.0
