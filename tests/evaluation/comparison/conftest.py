import numpy as np
import pytest

from keras_genre.evaluation.comparison import System
from keras_genre.scoring import DecisionRule

RATES = np.array([0.4, 0.25, 0.15, 0.1])


@pytest.fixture(scope="session")
def make_system(make_predictions):
    """A system from labels and the probabilities of each of its trainings, cut at 0.5."""

    def make(name, labels, *trainings, **about):
        said = [make_predictions(labels, probabilities) for probabilities in trainings]
        rule = DecisionRule.fixed(said[0].vocabulary) if said else None
        return System(name, [(predictions, rule) for predictions in said], **about)

    return make


@pytest.fixture(scope="session")
def sample_systems(make_system):
    """Systems of given skills on films drawn anew; what is hard is hard for all of them."""

    def sample(random, num_films, skills, rates=RATES, trainings=1):
        labels = random.random((num_films, len(rates))) < rates
        shared = random.normal(size=labels.shape)
        systems = []
        for number, skill in enumerate(skills):
            said = []
            for _ in range(trainings):
                seen = skill * labels + 0.8 * shared + 0.6 * random.normal(size=labels.shape)
                logits = skill * (seen - skill / 2) + np.log(rates / (1 - rates)) + 0.7
                said.append(1 / (1 + np.exp(-logits)))
            systems.append(make_system(f"system {number}", labels, *said))
        return systems

    return sample
