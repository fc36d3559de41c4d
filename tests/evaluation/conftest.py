import numpy as np
import pytest

from keras_genre.genres import GenreVocabulary
from keras_genre.scoring import Predictions


@pytest.fixture(scope="session")
def make_predictions():
    def make(labels, probabilities, split="test"):
        labels = np.asarray(labels)
        return Predictions(
            movie_ids=[f"tt{i}" for i in range(len(labels))],
            labels=labels,
            probabilities=probabilities,
            vocabulary=GenreVocabulary([f"genre {j}" for j in range(labels.shape[1])]),
            split=split,
        )

    return make


@pytest.fixture(scope="session")
def sample_predictions(make_predictions):
    """Draw films from a world with known genre rates; `skill` parts them from the rest."""

    def sample(random, num_films, rates, skill=2.0):
        labels = random.random((num_films, len(rates))) < rates
        logits = np.log(rates) + skill * labels + random.normal(size=labels.shape)
        return make_predictions(labels, 1 / (1 + np.exp(-logits)))

    return sample
