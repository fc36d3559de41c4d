import numpy as np
import pytest

from keras_genre.losses import class_balanced_weights
from keras_genre.runs.recipe_checks import LOSSES
from keras_genre.training.losses import make_loss


@pytest.fixture(scope="module")
def labels(sample_dataset):
    """What the records themselves say of the training films."""
    films = list(sample_dataset.films("train").as_numpy_iterator())
    labels = np.zeros((len(films), len(sample_dataset.vocabulary)))
    for row, film in zip(labels, films, strict=True):
        row[film["genres"]] = 1
    return labels


def test_every_loss_is_another(sample_dataset, labels):
    rng = np.random.default_rng(0)
    logits = rng.normal(size=labels.shape)
    values = [float(make_loss(name, sample_dataset)(labels, logits)) for name in LOSSES]
    assert len({round(value, 4) for value in values}) == len(LOSSES)
    assert np.isfinite(values).all()


def test_losses_that_weigh_genres_count_training_films(sample_dataset, labels):
    counts = labels.sum(axis=0)
    expected = (len(labels) - counts) / counts
    for name, whole in (("weighted_bce", False), ("weighted_bce_whole", True)):
        loss = make_loss(name, sample_dataset)
        np.testing.assert_allclose(loss.positive_weights, expected, rtol=1e-6)
        assert loss.whole_term == whole
    balanced = make_loss("class_balanced", sample_dataset)
    np.testing.assert_allclose(balanced.positive_weights, class_balanced_weights(counts))
