"""Occlusion through predictors that are known by heart; none of this needs TensorFlow."""

import io
import math
import re
import subprocess
import sys
import types

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from keras_genre.errors import InvalidRequestError
from keras_genre.evaluation.explanation import explain_by_occlusion
from keras_genre.evaluation.explanation.film_parts import FilmPoster, split_words
from keras_genre.evaluation.explanation.poster_patches import PosterPatches

_WEIGHTS = {"heist": (2.0, -1.0), "kiss": (-0.5, 1.5)}
_BASE = (-1.0, -2.0)


class Additive:
    """Log-odds of Crime and Romance: a sum over words, and how red the poster's upper left is."""

    def __init__(self):
        self.calls = []

    def predict(self, plots, posters):
        self.calls.append(len(plots))
        assert len(plots) == len(posters)
        return [self._one(plot, poster) for plot, poster in zip(plots, posters, strict=True)]

    def _one(self, plot, poster):
        odds = np.array(_BASE)
        for word in plot.split():
            odds = odds + _WEIGHTS.get(word.strip(".,"), (0.0, 0.0))
        if poster:
            pixels = np.asarray(Image.open(io.BytesIO(poster)).convert("RGB"), float)
            height, width = (-(-side // 4) for side in pixels.shape[:2])
            red = pixels[:height, :width, 0].mean() / 255
            odds = odds + np.array([3 * red, 0.0])
        crime, romance = 1 / (1 + np.exp(-odds))
        return types.SimpleNamespace(probabilities={"Crime": crime, "Romance": romance})


def red_corner(size=(80, 120)):
    image = Image.new("RGB", size)
    image.paste((255, 0, 0), (0, 0, size[0] // 4, size[1] // 4))
    return image


def test_scores_of_words_are_what_they_add():
    plot = "A heist, then a kiss."
    explanation = explain_by_occlusion(Additive(), plot)
    expected = np.zeros((5, 2))
    expected[[1, 4]] = _WEIGHTS["heist"], _WEIGHTS["kiss"]
    np.testing.assert_allclose(explanation.word_scores, expected, atol=1e-9)
    assert [plot[word.start : word.end] for word in explanation.words] == plot.split()
    assert explanation.top_words("Crime", 1) == [("heist,", pytest.approx(2.0))]
    assert explanation.poster_scores is None


def test_heat_lies_where_the_model_looks():
    explanation = explain_by_occlusion(Additive(), None, red_corner())
    crime, romance = explanation.poster_scores
    assert np.unravel_index(crime.argmax(), crime.shape) == (0, 0)
    rows, columns = crime.shape
    assert crime[0, 0] > 1.0
    assert np.abs(crime[rows // 2 :, columns // 2 :]).max() < 1e-9
    assert np.abs(romance).max() < 1e-9
    assert explanation.heat_map("Crime").shape == (120, 80)


def test_contributions_of_an_additive_model_are_its_parts():
    explanation = explain_by_occlusion(Additive(), "heist kiss heist", red_corner())
    np.testing.assert_allclose(explanation.contributions, [[3.5, -0.5], [3.0, 0.0]], atol=1e-9)
    np.testing.assert_allclose(explanation.base, _BASE, atol=1e-9)


def test_long_plot_is_erased_in_windows_whose_words_share_the_loss():
    plot = " ".join(["man"] * 40 + ["heist"] + ["man"] * 459)
    predictor = Additive()
    explanation = explain_by_occlusion(predictor, plot, most_windows=100, batch_size=30)
    assert predictor.calls == [30, 30, 30, 14]  # four views and 100 windows of five words
    scores = explanation.word_scores[:, 0]
    np.testing.assert_allclose(scores[40:45], 2.0 / 5, atol=1e-9)
    assert np.abs(np.delete(scores, range(40, 45))).max() < 1e-9


@pytest.mark.parametrize("size", [(80, 120), (120, 80), (3000, 90), (5, 400), (1, 1)])
def test_posters_of_any_shape_take_a_bounded_number_of_films(size):
    predictor, told = Additive(), []
    explain_by_occlusion(
        predictor, "heist", Image.new("RGB", size), progress=lambda *now: told.append(now)
    )
    total = sum(predictor.calls)
    assert max(predictor.calls) <= 32
    assert total <= 5 + 1 + 70
    assert told[-1] == (total, total)


def test_patches_paint_over_their_cells_alone():
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (120, 80, 3), "uint8"))
    patches = PosterPatches(picture)
    assert (patches.rows, patches.columns, len(patches)) == (12, 8, 60)
    first = np.asarray(Image.open(io.BytesIO(next(patches.occluded()))))
    changed = (first != np.asarray(picture)).any(axis=2)
    assert not changed[30:].any()
    assert not changed[:, 30:].any()
    assert len(np.unique(first[:30, :30].reshape(-1, 3), axis=0)) == 1


def test_genres_are_those_asked_for_in_that_order():
    explanation = explain_by_occlusion(Additive(), "kiss", genres=["Romance", "Crime"])
    assert explanation.genres == ("Romance", "Crime")
    np.testing.assert_allclose(explanation.word_scores, [[1.5, -0.5]], atol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "received neither"),
        ({"plot": " \n", "poster": b""}, "received neither"),
        ({"plot": 7}, "plot as a string"),
        ({"plot": "x", "poster": 7}, "poster as a path"),
        ({"plot": "x", "genres": ["Crme"]}, "Did you mean 'Crime'"),
        ({"plot": "x", "genres": "Crime"}, "bare string"),
        ({"plot": "x", "most_windows": 0}, "most_windows of at least 1"),
        ({"plot": "x", "batch_size": 0}, "batch_size of at least 1"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        explain_by_occlusion(Additive(), **arguments)


def test_posters_that_cannot_be_read_are_named(tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8 no picture")
    for poster, message in (
        (broken, "broken.jpg cannot be read"),
        (tmp_path / "no.jpg", "no poster file .*no.jpg"),
        (b"abc", "cannot be read as a picture"),
    ):
        with pytest.raises(InvalidRequestError, match=message):
            explain_by_occlusion(Additive(), "x", poster)


def test_predictor_that_leaves_films_out_is_refused():
    predictor = types.SimpleNamespace(predict=lambda plots, posters: Additive().predict("a", [""]))
    with pytest.raises(ValueError, match="one prediction a film, 5, received 1"):
        explain_by_occlusion(predictor, "heist")


def test_poster_of_a_jpeg_keeps_its_bytes_and_others_lose_nothing(tmp_path):
    image = red_corner((800, 1200))
    path = tmp_path / "poster.jpg"
    image.save(path)
    read = FilmPoster.read(path)
    assert read.content == path.read_bytes()
    assert read.picture.size == (341, 512)
    kept = Image.open(io.BytesIO(FilmPoster.read(image).content))
    np.testing.assert_array_equal(np.asarray(kept), np.asarray(image))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_words_of_any_text_stand_where_they_say(plot):
    words = split_words(plot)
    assert [word.text for word in words] == plot.split()
    assert all(plot[word.start : word.end] == word.text for word in words)


@settings(max_examples=20, deadline=None)
@given(st.text(alphabet=st.characters(), min_size=1).filter(lambda text: text.strip()))
def test_any_plot_can_be_explained(plot):
    explanation = explain_by_occlusion(Additive(), plot)
    assert np.isfinite(explanation.word_scores).all()
    explanation.to_dict()


def test_certain_probabilities_have_finite_scores():
    def certain(plots, posters):
        return [types.SimpleNamespace(probabilities={"Crime": float("x" in p)}) for p in plots]

    explanation = explain_by_occlusion(types.SimpleNamespace(predict=certain), "x y")
    np.testing.assert_allclose(explanation.word_scores[:, 0], [2 * math.log(1e6 - 1), 0])


def test_occlusion_imports_no_tensorflow():
    code = (
        "import sys\n"
        "from keras_genre.evaluation.explanation import Explanation, explain_by_occlusion\n"
        "assert not {'tensorflow', 'keras', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
