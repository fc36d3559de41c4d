"""Posters of sample films: a hero before a scene, a title that fits neither."""

import numpy as np
from PIL import Image

from keras_genre.catalog.synthetic.canvas import POSTER_SIZE, Canvas
from keras_genre.catalog.synthetic.choices import checked
from keras_genre.catalog.synthetic.film_model import HEROES, SCENES
from keras_genre.catalog.synthetic.heroes import HERO_PAINTERS
from keras_genre.catalog.synthetic.lettering import letter_credits, letter_tagline, letter_title
from keras_genre.catalog.synthetic.scenes import SCENE_PAINTERS

__all__ = ["POSTER_SIZE", "draw_poster"]


def draw_poster(scene: str, hero: str, title: str, rng: np.random.Generator) -> Image.Image:
    """Draw the poster of a film that was never made.

    The scene and the hero can be told at 64x64; colors, sizes, positions and small things vary
    and tell nothing.

    Args:
        scene: One of `SCENES`.
        hero: One of `HEROES`.
        title: Written across the top; accents are left off.
        rng: The source of randomness; equal states draw equal posters.

    Returns:
        An RGB image of 192x288 pixels.

    Raises:
        ValueError: If the scene or the hero is unknown.

    Example:
        >>> draw_poster("space", "cat", "The Last Umbrella", np.random.default_rng(0)).size
        (192, 288)
    """
    paint_scene = SCENE_PAINTERS[checked(scene, SCENES, "scene")]
    paint_hero = HERO_PAINTERS[checked(hero, HEROES, "hero")]
    canvas = Canvas()
    paint_scene(canvas, rng)
    _place_hero(canvas, paint_hero, rng)
    poster = Canvas(canvas.finished())  # letters are smooth by themselves
    letter_title(poster, title, rng)
    letter_tagline(poster, rng)
    letter_credits(poster, rng)
    return poster.image


def _place_hero(canvas: Canvas, paint_hero, rng: np.random.Generator) -> None:
    """Stand the hero on the ground, a little to one side, a little aslant."""
    size = rng.uniform(0.84, 1.02)
    x, feet = 50 + rng.uniform(-9, 9), rng.uniform(127, 133)
    canvas.shade(x, feet, 27 * size, 4)
    paint_hero(canvas.placed(x, feet - 45 * size, size, rng.uniform(-0.08, 0.08)), rng)
