"""Each head, trained for seconds on films whose labels need plot and poster together.

Each genre has a number in the plot and a number in the poster; the film has the genre if their
sum is positive. Knowing one of the two gives the right answer in three of four cases.
"""

import keras
import numpy as np
import pytest
from fusion_inputs import select

from keras_genre.models.fusion_heads import FUSION_HEADS, ConcatFusionHead

GENRES, WORDS, PLACES = 4, 6, 5
BEST_OF_ONE, BEST_OF_BOTH = 0.75, 1.0
# Accuracy, of which one half is chance: the share of the way from there to the best possible.
EXPECTED_SHARE = {
    "additive": 0.85,
    "attention": 0.8,
    "central": 0.85,
    "concat": 0.9,
    "gated": 0.88,
    "graph": 0.85,
    "late": 0.8,
}
OPTIONS = {
    "additive": {"hidden_dim": 32, "poster_dim": 32, "dropout": 0.0},
    "attention": {"hidden_dim": 32, "projection_dim": 32, "num_heads": 2, "dropout": 0.0},
    "gated": {"hidden_dim": 32, "dropout": 0.0},
    "central": {"hidden_dim": 32, "dropout": 0.0},
    "concat": {"hidden_dim": 32, "dropout": 0.0},
    "graph": {"hidden_dim": 32, "num_layers": 1, "num_heads": 5, "dropout": 0.0},
    "late": {"dropout": 0.0},
}


def make_films(num_films, seed):
    """Vectors hold the numbers, and so does one of the tokens. Of seven films, two lack one.

    Neighbours tell nothing.
    """
    rng = np.random.default_rng(seed)

    def modality(tokens):
        vector = rng.normal(size=(num_films, GENRES)).astype("float32")
        places = np.arange(tokens) == rng.integers(0, 3, (num_films, 1))
        noise = rng.normal(scale=0.1, size=(num_films, tokens, GENRES))
        marked = np.concatenate([vector, np.ones((num_films, 1))], axis=1)[:, None, :]
        noise = np.pad(noise, ((0, 0), (0, 0), (0, 1)))
        return {
            "vector": vector,
            "tokens": (places[:, :, None] * marked + noise).astype("float32"),
            "present": rng.random(num_films) > 0.15,
        }

    films = {"text": modality(WORDS), "poster": modality(PLACES)}
    films["text"]["mask"] = np.arange(WORDS) < rng.integers(3, WORDS + 1, (num_films, 1))
    films["poster"]["neighbors"] = rng.normal(size=(num_films, 3, GENRES)).astype("float32")
    films["poster"]["neighbor_mask"] = rng.random((num_films, 3)) < 0.5
    labels = films["text"]["vector"] + films["poster"]["vector"] > 0
    return films, labels.astype("float32")


def accuracy(logits, labels):
    return float(np.mean((np.asarray(logits) > 0) == labels))


@pytest.fixture(scope="module")
def accuracies():
    """Of each head on new films: with both, and with one or the other taken away."""
    keras.utils.set_random_seed(0)
    films, labels = make_films(2000, seed=1)
    inputs = keras.tree.map_structure(
        lambda array: keras.Input(array.shape[1:], dtype=str(array.dtype)), films
    )
    heads = {name: head(GENRES, **OPTIONS[name])(inputs) for name, head in FUSION_HEADS.items()}
    outputs = {name: answers["logits"] for name, answers in heads.items()}
    for modality in inputs:
        alone = ConcatFusionHead(GENRES, **OPTIONS["concat"])
        outputs[f"{modality}_alone"] = alone({modality: inputs[modality]})["logits"]
        outputs[f"central_{modality}"] = heads["central"]["auxiliary_logits"][modality]
    # All in one model: tracing a training step costs more than running it.
    model = keras.Model(inputs, outputs)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    rate = keras.optimizers.schedules.CosineDecay(0.3, decay_steps=200)
    # Not Adam, which takes twice as long to trace.
    model.compile(keras.optimizers.SGD(rate, momentum=0.9), dict.fromkeys(outputs, loss))
    model.fit(films, dict.fromkeys(outputs, labels), batch_size=50, epochs=5, verbose=0)

    films, labels = make_films(2000, seed=2)
    whole = films["text"]["present"] & films["poster"]["present"]
    films, labels = select(films, whole), labels[whole]
    found = {name: [accuracy(logits, labels)] for name, logits in model(films).items()}
    for modality in ("text", "poster"):
        gone = {**films[modality], "present": np.zeros(len(labels), bool)}
        for name, logits in model({**films, modality: gone}).items():
            found[name].append(accuracy(logits, labels))
    return found


@pytest.mark.parametrize("name", EXPECTED_SHARE)
def test_training_reaches_the_stated_share_of_the_best_possible(accuracies, name):
    share = (accuracies[name][0] - 0.5) / (BEST_OF_BOTH - 0.5)
    assert EXPECTED_SHARE[name] <= share <= 1.0


@pytest.mark.parametrize("name", EXPECTED_SHARE)
def test_training_beats_each_modality_alone(accuracies, name):
    best_alone = max(accuracies["text_alone"][0], accuracies["poster_alone"][0])
    assert abs(best_alone - BEST_OF_ONE) < 0.03
    assert accuracies[name][0] > best_alone + 0.12


@pytest.mark.parametrize("name", EXPECTED_SHARE)
def test_training_with_a_modality_taken_away_still_reads_the_other(accuracies, name):
    _, without_text, without_poster = accuracies[name]
    assert min(without_text, without_poster) > 0.6
    assert max(without_text, without_poster) < BEST_OF_ONE + 0.03
