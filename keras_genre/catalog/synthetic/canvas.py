"""Canvas: shapes on an image, in coordinates that can be moved, scaled and tilted."""

import copy
import functools
import math

import numpy as np
from PIL import Image, ImageDraw

__all__ = ["INK", "POSTER_SIZE", "Canvas", "Color", "mixed"]

POSTER_SIZE = (192, 288)
"""Width and height of a finished poster in pixels."""

INK = (24, 18, 32)
"""The near-black of outlines."""

Color = tuple[int, int, int]
Point = tuple[float, float]

_OVERSAMPLING = 2


class Canvas:
    """A poster under the brush: 100 units wide, 150 high, the origin at the top left.

    Shapes are drawn at twice the size and shrunk at the end, which smooths their edges.
    `placed` gives the same image under other coordinates, so that a figure is drawn around its
    own origin wherever it stands.

    Args:
        image: The image to draw on; a new poster where `None`.

    Example:
        >>> canvas = Canvas()
        >>> canvas.ellipse(50, 75, 20, 20, (255, 220, 90))
        >>> canvas.finished().size
        (192, 288)
    """

    def __init__(self, image: Image.Image | None = None):
        size = tuple(_OVERSAMPLING * side for side in POSTER_SIZE)
        self.image = image or Image.new("RGB", size)
        self.draw = ImageDraw.Draw(self.image)
        self.scale = self.image.width / 100.0
        self._map = ((self.scale, 0.0, 0.0), (0.0, self.scale, 0.0))

    def placed(self, x: float, y: float, size: float = 1.0, tilt: float = 0.0) -> "Canvas":
        """Return a canvas on the same image with its origin at `(x, y)`.

        Args:
            x: Where the new origin lies, in the old units.
            y: Likewise, downwards.
            size: How many old units a new one is long.
            tilt: Clockwise, in radians.
        """
        cos, sin = size * math.cos(tilt), size * math.sin(tilt)
        other = copy.copy(self)
        other.scale = self.scale * size
        other._map = tuple(
            (a * cos + b * sin, b * cos - a * sin, a * x + b * y + c) for a, b, c in self._map
        )
        return other

    def finished(self) -> Image.Image:
        """Return the poster in its final size."""
        return self.image.reduce(_OVERSAMPLING)

    def sky(self, *colors: Color) -> None:
        """Fill the image with a gradient from top to bottom."""
        height = self.image.height
        stops = np.linspace(0.0, height - 1.0, len(colors))
        column = [
            np.interp(np.arange(height), stops, channel) for channel in zip(*colors, strict=True)
        ]
        strip = np.stack(column, axis=-1).astype("uint8")[:, None, :]  # (height, 1, 3)
        rows = np.repeat(strip, self.image.width, axis=1)  # (height, width, 3)
        self.image.paste(Image.fromarray(rows))

    def polygon(self, points, fill: Color | None, outline: Color | None = None, width=0.0):
        """Draw a closed shape through `points`, with an outline of `width` units."""
        corners = self._mapped(points)
        if fill:
            self.draw.polygon(corners, fill=fill)
        if outline and width:
            pixels = self._pixels(width)
            self.draw.line([*corners, *corners[:2]], fill=outline, width=pixels, joint="curve")

    def ellipse(self, x, y, rx, ry, fill: Color | None, outline: Color | None = None, width=0.0):
        """Draw an ellipse around `(x, y)` with half axes `rx` and `ry`."""
        self._rounded(lambda grow: self._rim(x, y, rx + grow, ry + grow), fill, outline, width)

    def box(self, x0, y0, x1, y1, fill: Color | None, outline: Color | None = None, width=0.0):
        """Draw a rectangle between two corners."""
        self.polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], fill, outline, width)

    def pill(self, x0, y0, x1, y1, r, fill, outline: Color | None = None, width=0.0):
        """Draw a rectangle whose corners are rounded with radius `r`."""
        corners = [(x1 - r, y1 - r), (x0 + r, y1 - r), (x0 + r, y0 + r), (x1 - r, y0 + r)]

        def rim(grow: float) -> list[Point]:
            points = []
            for turn, (x, y) in enumerate(corners):
                points += self._rim(x, y, r + grow, r + grow, 90 * turn, 90 * turn + 90)
            return points

        self._rounded(rim, fill, outline, width)

    def line(self, points, fill: Color, width: float):
        """Draw a line with round ends, `width` units wide."""
        corners = self._mapped(points)
        pixels = self._pixels(width)
        self.draw.line(corners, fill=fill, width=pixels, joint="curve")
        if pixels > 2:
            r = pixels / 2.0
            for x, y in (corners[0], corners[-1]):
                self.draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)

    def arc(self, x, y, rx, ry, start, end, fill: Color, width: float):
        """Draw a part of an ellipse's rim; angles in degrees, clockwise from the right."""
        self.line(self._rim(x, y, rx, ry, start, end), fill, width)

    def star(self, x, y, r, fill: Color, corners: int = 5, inner: float = 0.45, outline=None):
        """Draw a star (or, with many corners, a burst) of radius `r`."""
        points = []
        for corner in range(2 * corners):
            angle = math.pi * (corner / corners - 0.5)
            length = r * (inner if corner % 2 else 1.0)
            points.append((x + length * math.cos(angle), y + length * math.sin(angle)))
        self.polygon(points, fill, outline, r * 0.15)

    def heart(self, x, y, r, fill: Color, outline: Color | None = None, width=0.0):
        """Draw a heart about `2 r` wide around `(x, y)`."""
        points = [(x + r * dx, y + r * dy) for dx, dy in _unit_heart()]
        self.polygon(points, fill, outline, width)

    def shade(self, x, y, rx, ry):
        """Draw the shadow of something that stands at `(x, y)` on whatever is there."""
        (left, top), (right, bottom) = self._mapped([(x - rx, y - ry), (x + rx, y + ry)])
        below = self.image.crop((int(left), int(top), int(right), int(bottom)))
        ground = below.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
        self.ellipse(x, y, rx, ry, mixed(ground, INK, 0.55))

    def dot(self, x, y, r, fill: Color):
        """Draw a speck around `(x, y)`, too small to have a shape."""
        ((x, y),) = self._mapped([(x, y)])
        r *= self.scale
        self.draw.rectangle((x - r, y - r, x + r, y + r), fill=fill)

    def _rounded(self, rim, fill: Color | None, outline: Color | None, width: float) -> None:
        """Draw a shape given by `rim(grow)`; two fills look smoother than one drawn rim."""
        if fill and outline and width:
            self.polygon(rim(width / 2.0), outline)
            self.polygon(rim(-width / 2.0), fill)
        else:
            self.polygon(rim(0.0), fill, outline, width)

    def _rim(self, x, y, rx, ry, start: int = 0, end: int = 360) -> list[Point]:
        """Points along an ellipse, as many as its size needs; angles in degrees."""
        steps = int(min(44.0, 6.0 + max(rx, ry) * self.scale * 0.55))
        return [(x + rx * cos, y + ry * sin) for cos, sin in _unit_arc(start, end, steps)]

    def _mapped(self, points) -> list[Point]:
        """Points of shape `(points, 2)` in units, as pixels."""
        (a, b, c), (d, e, f) = self._map
        return [(a * x + b * y + c, d * x + e * y + f) for x, y in points]

    def _pixels(self, width: float) -> int:
        return max(1, round(width * self.scale))


def mixed(a: Color, b: Color, share: float) -> Color:
    """Return the color `share` of the way from `a` to `b`."""
    return tuple(round(x + (y - x) * share) for x, y in zip(a, b, strict=True))


@functools.lru_cache(maxsize=1024)
def _unit_arc(start: int, end: int, steps: int) -> tuple[Point, ...]:
    """Points along the unit circle, angles in degrees."""
    steps = max(4, math.ceil(steps * abs(end - start) / 360))
    angles = [math.radians(start + (end - start) * step / steps) for step in range(steps + 1)]
    return tuple((math.cos(angle), math.sin(angle)) for angle in angles)


@functools.cache
def _unit_heart() -> tuple[Point, ...]:
    """Points along a heart two units wide."""
    points = []
    for step in range(36):
        t = math.pi * step / 18
        height = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        points.append((math.sin(t) ** 3, -height / 16.0))
    return tuple(points)
