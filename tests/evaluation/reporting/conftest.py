"""Runs and films that were never trained on nor shown anywhere."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from keras_genre.evaluation.film import Film
from keras_genre.evaluation.reporting import Subject
from keras_genre.scoring import DecisionRule

RATES = np.array([0.5, 0.3, 0.1, 0.05])


@pytest.fixture(scope="session")
def make_subject(sample_predictions, make_predictions):
    """Make a run on 300 films by its name and skill."""

    def make(name, skill, history=None):
        streams = map(np.random.default_rng, (0, 1))  # the same films whatever the skill
        drawn = [sample_predictions(stream, 300, RATES, skill) for stream in streams]
        validation, films = (
            make_predictions(one.labels, one.probabilities, split)
            for one, split in zip(drawn, ("validation", "test"), strict=True)
        )
        return Subject(name, films, DecisionRule.fit(validation), validation, history)

    return make


@pytest.fixture(scope="session")
def history():
    return pd.DataFrame(
        {
            "epoch": [1, 2, 3],
            "loss": [0.5, 0.4, 0.3],
            "macro_f1": [0.3, 0.5, 0.7],
            "val_loss": [0.5, 0.45, 0.5],
            "val_macro_f1": [0.3, 0.45, 0.4],
            "learning_rate": [0.001, 0.001, 0.0005],
        }
    )


@pytest.fixture(scope="session")
def look_up():
    """Films whose texts are hostile, some without a poster or a plot, one poster unreadable."""
    out = io.BytesIO()
    Image.new("RGB", (20, 30), (200, 30, 30)).save(out, "JPEG")
    posters = [out.getvalue(), b"", b"no picture"]

    def look(movie_ids):
        found = {}
        for number, movie_id in enumerate(movie_ids):
            title = "<script>alert(1)</script> | $x$ 日本" if number % 2 else ""
            plot = "" if number % 3 == 2 else "A plot <b>that</b> says a lot. " * 12
            found[movie_id] = Film(movie_id, title, plot, posters[number % 3], ("genre 0",))
        return found

    return look
