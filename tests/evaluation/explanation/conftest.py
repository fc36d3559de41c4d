"""A model that has learned planted cues, and a film with all of them."""

import keras
import numpy as np
import pytest
from planted_films import CUES, make_system, planted_films, planted_plot, planted_poster


@pytest.fixture(scope="session")
def planted_system():
    """A model that has learned the planted cues."""
    system = make_system()
    films, labels = planted_films(300, np.random.default_rng(0))
    tensors = {name: np.asarray(x) for name, x in system.preprocessor(films).items()}
    system.model.compile(optimizer=keras.optimizers.Adam(0.01))
    system.model.fit(tensors, labels, epochs=8, batch_size=20, verbose=0)
    return system


@pytest.fixture(scope="session")
def planted_film():
    """A film with every cue: (plot, poster), and where the disc begins."""
    rng = np.random.default_rng(7)
    corner = (36, 8)
    return (planted_plot(rng, CUES), planted_poster(rng, corner)), corner
