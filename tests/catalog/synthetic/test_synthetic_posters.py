import io

import numpy as np
import pytest
from PIL import Image
from sklearn.linear_model import RidgeClassifier

from keras_genre.catalog.synthetic import draw_poster
from keras_genre.catalog.synthetic.canvas import Canvas
from keras_genre.catalog.synthetic.film_model import HEROES, SCENES
from keras_genre.catalog.synthetic.heroes import HERO_PAINTERS
from keras_genre.catalog.synthetic.posters import _place_hero


def pixels(image):
    return np.asarray(image).astype(int)


@pytest.fixture(scope="module")
def thumbnails():
    """Posters of 375 films, small, with scenes and heroes as indices."""
    rng = np.random.default_rng(4)
    scenes, heroes = rng.integers(len(SCENES), size=375), rng.integers(len(HEROES), size=375)
    images = []
    for scene, hero in zip(scenes, heroes, strict=True):
        poster = draw_poster(SCENES[scene], HEROES[hero], "The Last Umbrella", rng)
        images.append(np.asarray(poster.resize((16, 24), Image.Resampling.BOX)).ravel() / 255.0)
    return np.array(images), scenes, heroes


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("hero", HEROES)
def test_draw_poster_of_every_scene_and_hero_survives_jpeg(scene, hero):
    poster = draw_poster(scene, hero, "Zoë's Half-Finished Telephone", np.random.default_rng(1))
    assert (poster.size, poster.mode) == ((192, 288), "RGB")
    file = io.BytesIO()
    poster.save(file, "JPEG", quality=88)
    decoded = Image.open(file)
    assert decoded.size == (192, 288)
    assert np.abs(pixels(decoded) - pixels(poster)).mean() < 8


@pytest.mark.parametrize(("cue", "least"), [(1, 0.97), (2, 0.85)])
def test_posters_of_250_films_teach_a_linear_model_their_cue(thumbnails, cue, least):
    images, values = thumbnails[0], thumbnails[cue]
    model = RidgeClassifier(alpha=10.0).fit(images[:250], values[:250])
    assert model.score(images[250:], values[250:]) >= least


@pytest.mark.parametrize("hero", HEROES)
def test_hero_of_any_draw_is_large_and_inside_the_poster(hero):
    for seed in range(12):
        canvas = Canvas()
        canvas.sky((0, 255, 0), (0, 255, 0))
        _place_hero(canvas, HERO_PAINTERS[hero], np.random.default_rng(seed))
        drawn = (pixels(canvas.finished()) != (0, 255, 0)).any(axis=-1)
        columns, rows = np.flatnonzero(drawn.any(axis=0)), np.flatnonzero(drawn.any(axis=1))
        assert np.ptp(columns) > 0.35 * 192
        assert np.ptp(rows) > 0.35 * 288
        # A hero may lean out a little, but not hang out.
        assert drawn[:, [0, -1]].mean() < 0.1
        assert drawn[[0, -1]].sum() == 0


def test_draw_poster_of_equal_states_is_equal_and_of_others_is_not():
    first, second, other = (
        pixels(draw_poster("city", "cat", "Goodbye, Teapot", np.random.default_rng(seed)))
        for seed in (2, 2, 3)
    )
    np.testing.assert_array_equal(first, second)
    assert np.abs(first - other).mean() > 5


def test_draw_poster_of_another_title_changes_the_top_alone():
    first, second = (
        pixels(draw_poster("space", "robot", title, np.random.default_rng(5)))
        for title in ("The Paper Hat", "Who Took the Patient Elevator?")
    )
    changed = np.flatnonzero((first != second).any(axis=(1, 2)))
    assert len(changed) > 20
    assert changed.max() < 288 * 0.32


@pytest.mark.parametrize(
    "title", ["", "  ", "Ж", "Donaudampfschifffahrtsgesellschaftskapitän", "A " * 40]
)
def test_draw_poster_of_an_odd_title_still_draws(title):
    poster = draw_poster("desert", "ghost", title, np.random.default_rng(6))
    assert poster.size == (192, 288)


@pytest.mark.parametrize(
    ("scene", "hero", "message"),
    [("dessert", "cat", "`scene`.*Did you mean 'desert'"), ("city", "rabbit", "`hero`.*'rabbit'")],
)
def test_draw_poster_of_unknown_cue_is_refused(scene, hero, message):
    with pytest.raises(ValueError, match=message):
        draw_poster(scene, hero, "The Hat", np.random.default_rng(0))
