import numpy as np
import pytest

from keras_genre.genres import GenreVocabulary
from keras_genre.scoring import Predictions


@pytest.fixture(scope="session")
def make_predictions():
    def make(labels, probabilities, split="validation"):
        labels = np.asarray(labels)
        return Predictions(
            movie_ids=[f"tt{i}" for i in range(len(labels))],
            labels=labels,
            probabilities=probabilities,
            vocabulary=GenreVocabulary([f"genre {j}" for j in range(labels.shape[1])]),
            split=split,
        )

    return make
