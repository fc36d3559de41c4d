"""The graph head on sample films: who made a film tells what its plot and poster do not.

The words of a plot say its theme and tone, the vector of a poster its scene and hero, both with
noise. The best score that these two allow is known; crews take a model past it.
"""

import keras
import numpy as np
import pytest

from keras_genre.catalog.synthetic import SyntheticTruth
from keras_genre.catalog.synthetic.crews import sample_crews
from keras_genre.catalog.synthetic.film_model import (
    CUES,
    GENRES,
    sample_cues,
    sample_labels,
    sample_presence,
)
from keras_genre.data.crew_graph import find_neighbors
from keras_genre.genres import GenreVocabulary
from keras_genre.models.fusion_heads import GraphFusionHead

TRAINING, TEST = 6000, 2000
NUM_NEIGHBORS, WORDS = 8, 4
# Of the way from the best constant answer to the best that plot and poster allow.
EXPECTED_SHARE = 1.0
EPOCHS, BATCH = 8, 64

pytestmark = pytest.mark.slow  # two trainings of 15 s


def one_hot(cues, names, rng):
    """The cues of these names side by side, with noise."""
    columns = [list(CUES).index(name) for name in names]
    parts = [np.eye(len(CUES[name]))[cues[:, c]] for name, c in zip(names, columns, strict=True)]
    clear = np.concatenate(parts, axis=1)
    return (clear + rng.normal(scale=0.1, size=clear.shape)).astype("float32")


@pytest.fixture(scope="module")
def truth():
    """Films that are neither written nor drawn."""
    rng = np.random.default_rng(0)
    cues = sample_cues(TRAINING + TEST, rng)
    labels = sample_labels(cues, rng)
    has_plot, has_poster = sample_presence(len(cues), rng)
    return SyntheticTruth(
        vocabulary=GenreVocabulary(GENRES),
        movie_ids=tuple(map(str, range(len(cues)))),
        splits=("train",) * TRAINING + ("test",) * TEST,
        cues=cues,
        has_plot=has_plot,
        has_poster=has_poster,
        labels=labels,
    )


@pytest.fixture(scope="module")
def inputs(truth):
    """The films as the head reads them."""
    rng = np.random.default_rng(2)
    cues = truth.cues
    text, poster = one_hot(cues, ["theme", "tone"], rng), one_hot(cues, ["scene", "hero"], rng)
    text = np.pad(text, ((0, 0), (0, 1)))  # ten numbers, which heads can share
    told = np.arange(WORDS) == rng.integers(0, 2, (len(text), 1))  # by one of the words
    crews = sample_crews(truth.labels, np.random.default_rng(1))
    candidates = truth.has_poster & (np.array(truth.splits) == "train")
    neighbors = find_neighbors(crews, candidates, NUM_NEIGHBORS)
    return {
        "text": {
            "vector": text,
            "tokens": (told[:, :, None] * text[:, None]).astype("float32"),
            "mask": np.arange(WORDS) < rng.integers(2, WORDS + 1, (len(text), 1)),
            "present": truth.has_plot,
        },
        "poster": {
            "vector": poster,
            "tokens": poster[:, None],
            "present": truth.has_poster,
            "neighbors": poster[neighbors],
            "neighbor_mask": neighbors >= 0,
        },
    }


def select(inputs, rows):
    return keras.tree.map_structure(lambda array: array[rows], inputs)


def without_neighbors(inputs):
    mask = np.zeros_like(inputs["poster"]["neighbor_mask"])
    return {**inputs, "poster": {**inputs["poster"], "neighbor_mask": mask}}


def trained(inputs, labels):
    """A head after some seconds, on the films for training."""
    keras.utils.set_random_seed(0)
    symbols = keras.tree.map_structure(
        lambda array: keras.Input(array.shape[1:], dtype=str(array.dtype)), inputs
    )
    head = GraphFusionHead(labels.shape[1], hidden_dim=64, num_layers=1, num_heads=2)
    model = keras.Model(symbols, head(symbols)["logits"])
    rate = keras.optimizers.schedules.CosineDecay(1e-2, decay_steps=EPOCHS * TRAINING // BATCH)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.AdamW(rate, weight_decay=0.05), loss)
    films, genres = select(inputs, slice(TRAINING)), labels[:TRAINING].astype("float32")
    model.fit(films, genres, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return model


def f1(labels, chosen):
    """Of each genre."""
    hits = (labels & chosen).sum(axis=0)
    return 2 * hits / (labels.sum(axis=0) + chosen.sum(axis=0))


def macro_f1(labels, chosen):
    return np.mean(f1(labels, chosen))


def best_thresholds(logits, labels):
    """The cut of each genre with the best F1 on the films for training."""
    cuts = np.linspace(-3, 2, 51)
    return cuts[np.argmax([f1(labels, logits > cut) for cut in cuts], axis=0)]


@pytest.fixture(scope="module")
def shares(inputs, truth):
    """How far test scores went towards the best of plot and poster, by what the model had."""
    labels = truth.labels

    def share(model, inputs):
        logits = model.predict(inputs, batch_size=500, verbose=0)
        thresholds = best_thresholds(logits[:TRAINING], labels[:TRAINING])
        score = macro_f1(labels[TRAINING:], logits[TRAINING:] > thresholds)
        return truth.share(score, "both", "test")

    bare = without_neighbors(inputs)
    with_crew, without_crew = trained(inputs, labels), trained(bare, labels)
    return {
        "with": share(with_crew, inputs),
        "without": share(without_crew, bare),
        "served": share(with_crew, bare),
    }


def test_training_without_neighbors_comes_near_the_best_of_plot_and_poster(shares):
    assert 0.9 < shares["without"] <= 1.0


def test_training_with_neighbors_goes_past_the_best_of_plot_and_poster(shares):
    assert shares["with"] > EXPECTED_SHARE
    assert shares["with"] > shares["without"] + 0.06


def test_trained_with_neighbors_a_film_without_is_still_read(shares):
    assert shares["served"] > 0.85
