"""Posters as small pictures of one size."""

from PIL import Image, ImageOps

from keras_genre.pictures import open_picture, upright_rgb

SIZE = (160, 240)  # pixels
_EMPTY = (236, 236, 236)


def thumbnail(poster: bytes) -> Image.Image:
    """Give a poster at `SIZE`; a missing or unreadable one is a grey card."""
    if poster:
        try:
            with open_picture(poster) as image:
                return ImageOps.pad(upright_rgb(image), SIZE, color=_EMPTY)
        except (OSError, ValueError):
            pass
    return Image.new("RGB", SIZE, _EMPTY)
