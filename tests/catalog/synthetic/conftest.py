import numpy as np
import pytest

from keras_genre.catalog.synthetic import SyntheticTruth, make_synthetic_catalog
from keras_genre.catalog.synthetic.film_model import (
    GENRES,
    sample_cues,
    sample_labels,
    sample_presence,
)
from keras_genre.genres import GenreVocabulary


@pytest.fixture(scope="session")
def many_films():
    """The truth of 60,000 films that are neither written nor drawn."""
    rng = np.random.default_rng(11)
    num_films = 60_000
    cues = sample_cues(num_films, rng)
    labels = sample_labels(cues, rng)
    has_plot, has_poster = sample_presence(num_films, rng)
    return SyntheticTruth(
        vocabulary=GenreVocabulary(GENRES),
        movie_ids=tuple(map(str, range(num_films))),
        splits=("train",) * (num_films - 100) + ("test",) * 100,
        cues=cues,
        has_plot=has_plot,
        has_poster=has_poster,
        labels=labels,
    )


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A small catalogue on disk: (folder, catalog, truth)."""
    folder = tmp_path_factory.mktemp("synthetic") / "films"
    return folder, *make_synthetic_catalog(folder, num_films=60, seed=3)
