import io

import numpy as np
import pytest
from PIL import Image

from keras_genre.client import GenrePrediction
from keras_genre.demo.explanation_html import explanation_html, heat_picture
from keras_genre.evaluation.explanation import explain_by_occlusion


class RedReader:
    """Crime where the plot says heist, Horror where the poster's top left is red."""

    def predict(self, plots, posters):
        return [self._film(*film) for film in zip(plots, posters, strict=True)]

    def _film(self, plot, poster):
        red = 0.0
        if poster:
            pixels = np.asarray(Image.open(io.BytesIO(poster)).convert("RGB"), "float32")
            red = float((pixels[:72, :48, 0] - pixels[:72, :48, 1]).clip(0).mean() / 255)
        said = {"Crime": 0.9 if "heist" in plot else 0.1, "Horror": 0.1 + 0.8 * red}
        return GenrePrediction((), said, "m", 1)


@pytest.fixture(scope="module")
def explanation(red_poster):
    return explain_by_occlusion(RedReader(), "One <b>heist</b> more.", red_poster)


def test_heat_picture_is_red_where_the_poster_spoke_for_the_genre(explanation):
    pixels = np.asarray(heat_picture(explanation, "Horror"), "int32")
    redness = pixels[..., 0] - pixels[..., 2]
    assert redness[:60, :40].mean() > 60
    assert abs(redness[100:]).mean() < 12
    assert pixels.shape == (144, 96, 3)


def test_heat_picture_of_a_genre_without_a_cue_stays_grey(explanation):
    pixels = np.asarray(heat_picture(explanation, "Crime"), "int32")
    assert abs(pixels[..., 0] - pixels[..., 2]).max() <= 8


def test_explanation_colours_the_words_that_spoke_and_escapes_them(explanation):
    shown = explanation_html(explanation, "Crime")
    assert "the plot spoke for it (+4.39)" in shown
    assert "the poster hardly mattered (+0.00)" in shown
    assert 'rgba(178, 24, 43, 0.75)" title="+4.39">&lt;b&gt;heist&lt;/b&gt;</span>' in shown
    assert ', 0.00)" title="+0.00">One</span>' in shown
    assert "data:image/jpeg;base64," in shown


def test_explanation_of_a_plot_alone_shows_no_picture():
    shown = explanation_html(explain_by_occlusion(RedReader(), "A heist."), "Crime")
    assert "<img" not in shown
    assert "poster" not in shown
