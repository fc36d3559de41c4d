"""Sample films and their records, made once for all tests."""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import pytest
from certificates import make_certificates

from keras_genre.catalog import make_synthetic_catalog
from keras_genre.genres import GenreVocabulary
from keras_genre.scoring import Predictions


@pytest.fixture(scope="session")
def sample_films(tmp_path_factory):
    """120 drawn films: (catalog, truth)."""
    folder = tmp_path_factory.mktemp("sample") / "films"
    return make_synthetic_catalog(folder, num_films=120, seed=5)


@pytest.fixture(scope="session")
def sample_csv(sample_films):
    """The `movies.csv` of the sample films."""
    catalog, _ = sample_films
    poster = next(poster for poster in catalog.frame["poster"] if poster)
    return os.path.join(os.path.dirname(os.path.dirname(poster)), "movies.csv")


@pytest.fixture(scope="session")
def sample_dataset(sample_films, tmp_path_factory):
    """The records of the sample films."""
    from keras_genre.data import write_records

    catalog, _ = sample_films
    return write_records(catalog, tmp_path_factory.mktemp("records") / "sample")


@pytest.fixture(scope="session")
def tiny_run(sample_dataset, tmp_path_factory):
    """A run of two epochs on the sample films: it has learned nothing, but is whole."""
    from keras_genre.runs import Recipe
    from keras_genre.training import train

    return train(Recipe("lstm", epochs=2), sample_dataset, tmp_path_factory.mktemp("runs") / "tiny")


@pytest.fixture(scope="session")
def exported_model(sample_dataset, tmp_path_factory):
    """Version 1 of an exported, untrained model of both modalities."""
    from keras_genre.export import export_saved_model
    from keras_genre.models import GenreClassifier
    from keras_genre.preprocessing import MoviePreprocessor

    preprocessor = MoviePreprocessor.from_preset("concat_fusion_small")
    preprocessor.adapt(sample_dataset.plots("train"))
    model = GenreClassifier.from_preset("concat_fusion_small", sample_dataset.vocabulary)
    folder = tmp_path_factory.mktemp("saved_models") / "untrained"
    return export_saved_model(model, preprocessor, folder)


@pytest.fixture(scope="session")
def make_predictions():
    """Predictions of films tt0, tt1 ... from labels and probabilities."""

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


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    """A folder of certificates and keys; see `make_certificates`."""
    return make_certificates(tmp_path_factory.mktemp("keys"))
