"""Catalogues of a few films, whose figures can be counted by hand."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from keras_genre.catalog import MovieCatalog
from keras_genre.genres import GenreVocabulary


@pytest.fixture(scope="session")
def make_catalog():
    """Make a catalogue of the genres of each film; further columns by name."""

    def make(genres, names, **columns):
        ids = [f"film{number}" for number in range(len(genres))]
        frame = pd.DataFrame({"movie_id": ids, "genres": genres, **columns})
        return MovieCatalog(frame, GenreVocabulary(names), ["a note & <b>more</b>"])

    return make


@pytest.fixture(scope="session")
def check_drawn():
    """Check that the bytes of a PNG hold a picture that is not blank."""

    def check(png):
        with Image.open(io.BytesIO(png)) as image:
            assert image.format == "PNG"
            pixels = np.asarray(image.convert("L"))
        assert min(pixels.shape) > 100
        assert 0.005 < (pixels < 200).mean() < 0.9

    return check
