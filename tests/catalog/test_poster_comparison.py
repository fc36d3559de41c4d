import numpy as np
import pytest
from picture_files import encode
from PIL import Image, ImageDraw, ImageEnhance

from keras_genre.catalog.poster_comparison import close_look, same_picture
from keras_genre.pictures import open_picture


def look(image, kind="PNG", **options):
    with open_picture(encode(image, kind, **options)) as picture:
        return close_look(picture)


def cut(image, share):
    """Less a share of its width and height on each side."""
    across, down = round(image.width * share), round(image.height * share)
    return image.crop((across, down, image.width - across, image.height - down))


def tinted(image):
    red, green, blue = image.split()
    return Image.merge("RGB", (red.point(lambda level: level * 0.85), green, blue))


@pytest.fixture
def scene(smooth_picture):
    """A scene with a figure, of the size of the posters of films."""

    def draw(place=(150, 250), size=60, color="white", seed=4):
        image = smooth_picture(seed).resize((400, 600))
        (x, y) = place
        ImageDraw.Draw(image).ellipse((x, y, x + size, y + size), color, "black", 6)
        return image

    return draw


CHANGES = {
    "a third of the size": lambda image: image.resize((133, 200)),
    "twice the size": lambda image: image.resize((800, 1200)),
    "cut by 2 %": lambda image: cut(image, 0.02),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.8),
    "of less contrast": lambda image: ImageEnhance.Contrast(image).enhance(0.7),
    "tinted": tinted,
}


@pytest.mark.parametrize("change", CHANGES)
def test_same_picture_of_a_changed_copy_is_true(scene, change):
    original, changed = look(scene()), look(CHANGES[change](scene()), "JPEG", quality=60)
    assert same_picture(original, changed)
    assert same_picture(changed, original)


@pytest.mark.parametrize(
    "other",
    [{"place": (190, 250)}, {"size": 90}, {"color": "black"}, {"place": (150, 350)}],
    ids=str,
)
def test_same_picture_of_another_figure_in_one_scene_is_false(scene, other):
    assert not same_picture(look(scene()), look(scene(**other)))


def test_same_picture_seeks_no_further_than_a_narrow_margin(scene):
    assert not same_picture(look(scene()), look(cut(scene(), 0.08)))


def test_close_look_of_a_large_jpeg_is_that_of_its_pixels(scene):
    large = scene().resize((1600, 2400))
    jpeg, png = look(large, "JPEG", quality=95), look(large)
    assert jpeg.shape == (144, 96)
    assert np.abs(jpeg.astype(int) - png).mean() < 1


def test_same_picture_of_a_cut_copy_full_of_detail_is_true(smooth_picture):
    image = smooth_picture(4).resize((400, 600))
    draw = ImageDraw.Draw(image)
    for left in range(0, 400, 30):
        for top in range(0, 600, 30):
            draw.ellipse((left, top, left + 14, top + 14), "white" if left % 60 else "black")
    assert same_picture(look(image), look(cut(image, 0.02)))
