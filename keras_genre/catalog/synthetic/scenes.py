"""The backdrops of sample posters: one function a scene."""

import math

import numpy as np

from keras_genre.catalog.synthetic.canvas import Canvas, Color, mixed
from keras_genre.catalog.synthetic.choices import pick

__all__ = ["SCENE_PAINTERS"]

_WHITE = (255, 255, 255)


def _jittered(color: Color, rng: np.random.Generator, spread: float = 14.0) -> Color:
    """Return a color a little off, so that no two skies are alike."""
    return tuple(int(np.clip(c + rng.uniform(-spread, spread), 0, 255)) for c in color)


def _paint_city(canvas: Canvas, rng: np.random.Generator) -> None:
    """A neon city at night, wet street included."""
    glow = pick([(232, 70, 130), (240, 96, 72), (176, 60, 190)], rng)
    canvas.sky(*(_jittered(c, rng) for c in ((18, 14, 52), (58, 28, 104), glow, (40, 24, 70))))
    canvas.ellipse(pick([12, 88], rng), rng.uniform(42, 52), 6, 6, (250, 240, 200))
    _skyline(canvas, rng, base=112, heights=(30, 62), color=mixed((40, 24, 88), glow, 0.25))
    _skyline(canvas, rng, base=118, heights=(10, 48), color=(20, 14, 44))
    canvas.box(0, 116, 100, 150, (26, 20, 48))
    neon = [(60, 240, 230), (255, 80, 200), (255, 220, 70), (120, 255, 120)]
    for side in (rng.uniform(3, 14), rng.uniform(80, 92)):
        _neon_sign(canvas, side, rng.uniform(66, 84), pick(neon, rng), rng)
    for _ in range(22):
        x, y = rng.uniform(0, 100), rng.uniform(119, 149)
        width = rng.uniform(3, 12)
        canvas.line([(x, y), (x + width, y)], mixed((26, 20, 48), pick(neon, rng), 0.55), 0.7)


def _skyline(canvas: Canvas, rng: np.random.Generator, base, heights, color: Color) -> None:
    """A row of towers with lit windows."""
    x = -rng.uniform(0, 6)
    lit = pick([(255, 224, 130), (255, 190, 110), (180, 240, 255)], rng)
    while x < 100:
        width = rng.uniform(11, 19)
        top = base - rng.uniform(*heights)
        canvas.box(x, top, x + width - 0.8, base, color)
        if rng.random() < 0.35:
            middle = x + width / 2
            canvas.line([(middle, top), (middle, top - rng.uniform(4, 9))], color, 0.8)
        on = rng.random((12, 4)) < 0.45
        for row, column in np.argwhere(on).tolist():
            left, up = x + 1.8 + column * 4.0, top + 3 + row * 5.0
            if left + 2.2 < x + width - 1.2 and up + 2.8 < base:
                canvas.box(left, up, left + 2.0, up + 2.6, mixed(color, lit, 0.85))
        x += width


def _neon_sign(canvas: Canvas, x: float, y: float, color: Color, rng: np.random.Generator):
    """A vertical sign with glowing tubes."""
    canvas.pill(x, y, x + 8, y + 32, 2, (20, 10, 36), mixed(color, (20, 10, 36), 0.3), 1.4)
    for row in range(4):
        draw = pick([_tube_ring, _tube_bar, _tube_star], rng)
        draw(canvas, x + 4, y + 5 + row * 7.3, color)


def _tube_ring(canvas: Canvas, x: float, y: float, color: Color) -> None:
    canvas.ellipse(x, y, 2.1, 2.1, None, color, 1.0)


def _tube_bar(canvas: Canvas, x: float, y: float, color: Color) -> None:
    canvas.line([(x - 2, y + 1.6), (x + 2, y - 1.6)], color, 1.1)


def _tube_star(canvas: Canvas, x: float, y: float, color: Color) -> None:
    canvas.star(x, y, 2.8, color)


def _paint_desert(canvas: Canvas, rng: np.random.Generator) -> None:
    """A desert with a huge sun and small cacti."""
    skies = [
        ((44, 150, 160), (250, 200, 120), (250, 140, 70)),
        ((120, 50, 90), (240, 110, 70), (255, 190, 90)),
        ((250, 214, 150), (246, 160, 90), (226, 96, 60)),
    ]
    canvas.sky(*(_jittered(c, rng) for c in (*pick(skies, rng), (220, 130, 70))))
    x, y, r = rng.uniform(25, 75), rng.uniform(62, 76), rng.uniform(32, 40)
    canvas.ellipse(x, y, r + 4, r + 4, (255, 205, 110))
    canvas.ellipse(x, y, r, r, (255, 236, 150))
    rock = _jittered((176, 74, 52), rng)
    for left in (rng.uniform(-12, 5), rng.uniform(62, 80)):
        _mesa(canvas, left, 108, rng.uniform(22, 34), rng.uniform(18, 34), rock)
    for depth, top in enumerate((103, 112, 124)):
        sand = mixed((232, 160, 84), (172, 92, 50), depth / 2.2)
        _dune(canvas, rng, top, _jittered(sand, rng, 8))
    for _ in range(4):
        _small_cactus(canvas, rng.uniform(4, 96), rng.uniform(112, 136), rng.uniform(0.6, 1.2))
    for _ in range(3):
        _bird(canvas, rng.uniform(8, 92), rng.uniform(42, 66), (70, 30, 40))


def _mesa(canvas: Canvas, x, base, width, height, color: Color) -> None:
    top = base - height
    outline = [(x - 4, base), (x + 2, top), (x + width - 2, top), (x + width + 4, base)]
    canvas.polygon(outline, color)
    for band in (0.25, 0.5, 0.75):
        y = top + height * band
        canvas.line([(x + 2, y), (x + width - 2, y)], mixed(color, (90, 30, 30), 0.35), 0.9)


def _dune(canvas: Canvas, rng: np.random.Generator, top: float, color: Color) -> None:
    phase, waves = rng.uniform(0, 6.28), rng.uniform(0.04, 0.08)
    ridge = [(x, top + 3.5 * math.sin(phase + waves * x)) for x in range(0, 101, 5)]
    canvas.polygon([*ridge, (100, 150), (0, 150)], color)


def _small_cactus(canvas: Canvas, x: float, y: float, size: float) -> None:
    green = (52, 104, 66)
    small = canvas.placed(x, y, size)
    small.line([(0, 0), (0, -13)], green, 3.2)
    small.line([(0, -4), (-5, -4), (-5, -9)], green, 2.2)
    small.line([(0, -6), (5, -6), (5, -11)], green, 2.2)


def _bird(canvas: Canvas, x: float, y: float, color: Color) -> None:
    canvas.line([(x - 4, y - 1.5), (x - 1.5, y - 2), (x, y), (x + 1.5, y - 2), (x + 4, y - 1.5)],
                color, 0.8)  # fmt: skip


def _paint_woods(canvas: Canvas, rng: np.random.Generator) -> None:
    """A haunted wood under a full moon, with eyes in it."""
    skies = [
        ((10, 26, 40), (24, 70, 80), (60, 120, 106)),
        ((20, 14, 40), (52, 46, 92), (100, 110, 130)),
        ((8, 22, 26), (30, 60, 50), (104, 130, 80)),
    ]
    canvas.sky(*(_jittered(c, rng, 9) for c in (*pick(skies, rng), (20, 34, 36))))
    x, y, r = rng.uniform(25, 75), rng.uniform(46, 62), rng.uniform(19, 24)
    canvas.ellipse(x, y, r + 3, r + 3, (150, 168, 140))
    canvas.ellipse(x, y, r, r, (240, 240, 204))
    for dx, dy, crater in ((-0.4, -0.2, 0.2), (0.3, 0.35, 0.26), (0.35, -0.45, 0.14)):
        canvas.ellipse(x + dx * r, y + dy * r, crater * r, crater * r, (214, 214, 176))
    for _ in range(3):
        _bat(canvas, x + rng.uniform(-22, 22), y + rng.uniform(-14, 14), rng.uniform(0.7, 1.3))
    for depth, color in enumerate(((34, 62, 64), (16, 28, 34))):
        for side in (rng.uniform(-2, 14), rng.uniform(86, 102), rng.uniform(20, 80)):
            thick = (3.4, 6.2)[depth]
            if depth == 0 or not 14 < side < 86:
                _bare_tree(canvas, rng, (side, 130), -math.pi / 2, 30 + 8 * depth, thick, color)
    for layer in range(3):
        y = 116 + 9 * layer
        fog = mixed((96, 132, 124), (18, 30, 32), layer / 2)
        for _ in range(4):
            canvas.ellipse(rng.uniform(0, 100), y + 6, rng.uniform(18, 34), 6, fog)
        canvas.box(0, y + 6, 100, 150, fog)
    for _ in range(5):
        _eyes(canvas, rng.uniform(4, 94), rng.uniform(84, 138), rng)


def _bare_tree(canvas: Canvas, rng, root, angle: float, length: float, thick: float, color: Color):
    """A trunk that forks into ever thinner branches."""
    tip = (root[0] + length * math.cos(angle), root[1] + length * math.sin(angle))
    canvas.line([root, tip], color, thick)
    if thick < 1.0:
        return
    for turn in (-rng.uniform(0.25, 0.75), rng.uniform(0.25, 0.75)):
        _bare_tree(canvas, rng, tip, angle + turn, length * rng.uniform(0.55, 0.8), thick * 0.58,
                   color)  # fmt: skip


def _bat(canvas: Canvas, x: float, y: float, size: float) -> None:
    wing = [(0, 1), (3, -1), (8, -3), (7, 1), (5, 1), (3.5, 3), (1.5, 2.2), (0, 3.5)]
    outline = [*wing, *((-px, py) for px, py in reversed(wing))]
    canvas.placed(x, y, size).polygon(outline, (16, 14, 26))


def _eyes(canvas: Canvas, x: float, y: float, rng: np.random.Generator) -> None:
    color = pick([(255, 230, 90), (255, 140, 60), (190, 255, 120)], rng)
    for dx in (0.0, 4.2):
        canvas.ellipse(x + dx, y, 1.7, 1.3, color)
        canvas.ellipse(x + dx, y, 0.5, 1.1, (10, 10, 16))


def _paint_space(canvas: Canvas, rng: np.random.Generator) -> None:
    """Outer space: a ringed planet, stars, a comet, and ground to stand on."""
    canvas.sky(*(_jittered(c, rng, 10) for c in ((6, 6, 22), (18, 14, 52), (46, 24, 84))))
    for x, y, r in (rng.random((90, 3)) * [100, 130, 0.4] + [0, 0, 0.15]).tolist():
        canvas.dot(x, y, r, (220, 225, 255))
    for _ in range(4):
        canvas.star(rng.uniform(5, 95), rng.uniform(5, 90), 2.6, _WHITE, corners=4, inner=0.25)
    planets = [(240, 150, 90), (110, 200, 220), (236, 120, 160), (180, 220, 120), (250, 210, 110)]
    _ringed_planet(canvas, rng, pick(planets, rng))
    x = rng.uniform(10, 90)
    canvas.ellipse(x, rng.uniform(88, 100), 5, 5, pick(planets, rng))
    _comet(canvas, rng)
    ground = _jittered((132, 124, 150), rng)
    canvas.ellipse(50, 158, 95, 36, mixed(ground, _WHITE, 0.3))
    canvas.ellipse(50, 160, 95, 36, ground)
    for _ in range(7):
        x, y, r = rng.uniform(5, 95), rng.uniform(131, 148), rng.uniform(2, 6)
        canvas.ellipse(x, y, r, r * 0.35, mixed(ground, (30, 24, 50), 0.5))
        canvas.ellipse(x, y + 0.6, r * 0.85, r * 0.26, mixed(ground, (30, 24, 50), 0.25))


def _ringed_planet(canvas: Canvas, rng: np.random.Generator, color: Color) -> None:
    x, y = pick([22, 78], rng) + rng.uniform(-6, 6), rng.uniform(50, 66)
    r = rng.uniform(14, 18)
    planet = canvas.placed(x, y, 1.0, rng.uniform(-0.5, 0.5))
    ring = mixed(color, (255, 240, 200), 0.6)
    planet.arc(0, 0, r * 1.75, r * 0.45, 180, 360, ring, 2.6)
    planet.ellipse(0, 0, r, r, color)
    for band in (-0.45, 0.05, 0.5):
        half = r * math.sqrt(1 - band**2) * 0.94
        planet.line([(-half, band * r), (half, band * r)], mixed(color, (60, 20, 60), 0.3), 2.2)
    planet.arc(0, 0, r * 1.75, r * 0.45, 0, 180, ring, 2.6)


def _comet(canvas: Canvas, rng: np.random.Generator) -> None:
    x, y = rng.uniform(10, 90), rng.uniform(8, 30)
    comet = canvas.placed(x, y, 1.0, rng.uniform(-0.7, -0.2))
    comet.polygon([(0, -1.8), (20, 0), (0, 1.8)], (120, 170, 240))
    comet.polygon([(0, -1), (12, 0), (0, 1)], (220, 240, 255))
    comet.ellipse(0, 0, 2, 2, _WHITE)


def _paint_seaside(canvas: Canvas, rng: np.random.Generator) -> None:
    """A meadow by the sea on the finest day of the year."""
    canvas.sky(*(_jittered(c, rng) for c in ((88, 184, 240), (160, 220, 250), (230, 246, 250))))
    x, y = pick([16, 84], rng) + rng.uniform(-6, 6), rng.uniform(42, 52)
    canvas.star(x, y, 17, (255, 226, 110), corners=14, inner=0.72)
    canvas.ellipse(x, y, 11, 11, (255, 240, 160))
    for _ in range(3):
        _cloud(canvas, rng.uniform(5, 95), rng.uniform(8, 74), rng.uniform(0.8, 1.5))
    sea = _jittered((40, 130, 190), rng)
    canvas.box(0, 88, 100, 150, sea)
    for _ in range(16):
        x, y = rng.uniform(0, 96), rng.uniform(90, 112)
        canvas.arc(x, y, 2.4, 1.2, 190, 350, mixed(sea, _WHITE, 0.65), 0.7)
    _sailboat(canvas, rng.uniform(10, 90), rng.uniform(90, 96), rng)
    grass = _jittered((110, 190, 84), rng)
    _dune(canvas, rng, 114, mixed(grass, (255, 255, 160), 0.3))
    _dune(canvas, rng, 122, grass)
    petals = [(255, 110, 130), _WHITE, (255, 214, 70), (190, 120, 230)]
    for _ in range(20):
        _flower(canvas, rng.uniform(2, 98), rng.uniform(122, 148), pick(petals, rng))
    for _ in range(3):
        _bird(canvas, rng.uniform(8, 92), rng.uniform(56, 82), (60, 80, 110))


def _cloud(canvas: Canvas, x: float, y: float, size: float) -> None:
    cloud = canvas.placed(x, y, size)
    for dx, dy, r in ((-6, 0, 3.6), (-2, -2.4, 4.6), (3, -1.4, 4.2), (7, 0.4, 3.2)):
        cloud.ellipse(dx, dy, r * 1.3, r, _WHITE)


def _sailboat(canvas: Canvas, x: float, y: float, rng: np.random.Generator) -> None:
    sail = pick([(255, 90, 80), (255, 200, 70), _WHITE], rng)
    canvas.polygon([(x + 0.6, y - 15), (x + 0.6, y - 2), (x + 9, y - 2)], sail)
    canvas.polygon([(x - 0.6, y - 12), (x - 0.6, y - 2), (x - 6, y - 2)], mixed(sail, _WHITE, 0.5))
    canvas.polygon([(x - 8, y - 1), (x + 10, y - 1), (x + 6, y + 3), (x - 5, y + 3)], (130, 70, 50))


def _flower(canvas: Canvas, x: float, y: float, color: Color) -> None:
    canvas.line([(x, y), (x, y + 3)], (60, 130, 60), 0.6)
    for corner in range(5):
        angle = corner * 2 * math.pi / 5
        canvas.ellipse(x + 1.1 * math.cos(angle), y + 1.1 * math.sin(angle), 0.9, 0.9, color)
    canvas.ellipse(x, y, 0.7, 0.7, (250, 180, 40))


SCENE_PAINTERS = {
    "city": _paint_city,
    "desert": _paint_desert,
    "woods": _paint_woods,
    "space": _paint_space,
    "seaside": _paint_seaside,
}
"""How to paint each scene on a fresh `Canvas`."""
