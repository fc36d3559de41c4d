import numpy as np
import pytest


@pytest.fixture(scope="session")
def make_predictions(make_predictions):
    """Of the test split, where there is nothing to choose any more."""

    def make(labels, probabilities, split="test"):
        return make_predictions(labels, probabilities, split)

    return make


@pytest.fixture(scope="session")
def sample_predictions(make_predictions):
    """Draw films from a world with known genre rates; `skill` parts them from the rest."""

    def sample(random, num_films, rates, skill=2.0):
        labels = random.random((num_films, len(rates))) < rates
        logits = np.log(rates) + skill * labels + random.normal(size=labels.shape)
        return make_predictions(labels, 1 / (1 + np.exp(-logits)))

    return sample
