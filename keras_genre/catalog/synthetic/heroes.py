"""The leading figures of sample posters: one function a hero.

Each is drawn around its own origin, about 60 units wide and 90 high, feet at `y = 45`.
"""

import numpy as np

from keras_genre.catalog.synthetic.canvas import INK, Canvas, Color, mixed
from keras_genre.catalog.synthetic.choices import pick

__all__ = ["HERO_PAINTERS"]

_WHITE = (255, 255, 255)
_LINE = 1.5  # the width of outlines


def _eye(canvas: Canvas, x, y, r, look: tuple[float, float]) -> None:
    """A round eye that looks in a direction."""
    canvas.ellipse(x, y, r, r, _WHITE, INK, _LINE)
    px, py = x + look[0] * r * 0.4, y + look[1] * r * 0.4
    canvas.ellipse(px, py, r * 0.5, r * 0.5, INK)
    canvas.ellipse(px - r * 0.15, py - r * 0.18, r * 0.17, r * 0.17, _WHITE)


def _look(rng: np.random.Generator) -> tuple[float, float]:
    return rng.uniform(-1, 1), rng.uniform(-0.6, 0.8)


def _limb(canvas: Canvas, points, color: Color, width: float) -> None:
    """An outlined arm or leg."""
    canvas.line(points, INK, width + 2 * _LINE)
    canvas.line(points, color, width)


def _paint_robot(canvas: Canvas, rng: np.random.Generator) -> None:
    """A boxy robot with mismatched eyes and a bulb on its head."""
    metal = pick([(168, 190, 204), (206, 176, 120), (150, 196, 180), (190, 170, 204)], rng)
    dark = mixed(metal, INK, 0.4)
    accent = pick([(255, 92, 80), (80, 200, 255), (255, 210, 60)], rng)
    for side in (-1, 1):
        _limb(canvas, [(side * 9, 24), (side * 9, 38)], dark, 5)
        canvas.pill(side * 9 - 7.5, 37, side * 9 + 7.5, 45, 3, metal, INK, _LINE)
        lift = pick([-12, 2, 14], rng)
        _limb(canvas, [(side * 17, 4), (side * 26, 8), (side * 28, 8 + lift)], dark, 4)
        _claw(canvas, side * 28, 8 + lift, -1 if lift < 0 else 1, accent)
    canvas.pill(-18, -5, 18, 28, 4, metal, INK, _LINE)
    canvas.pill(-12, 1, 12, 15, 2, mixed(metal, _WHITE, 0.6), INK, 1.0)
    _dial(canvas, -6, 8, rng)
    canvas.heart(6, 8, 4.5, accent, INK, 0.8)
    for x in (-9, -3, 3, 9):
        canvas.ellipse(x, 21.5, 1.7, 1.7, pick([accent, (90, 220, 120), (255, 240, 140)], rng))
    canvas.box(-5, -10, 5, -4, dark, INK, _LINE)
    canvas.line([(0, -34), (0, -41)], INK, 1.8)
    canvas.ellipse(0, -42, 3.2, 3.2, accent, INK, _LINE)
    for side in (-1, 1):
        canvas.pill(side * 20 - 3, -26, side * 20 + 3, -16, 2, accent, INK, _LINE)
    canvas.pill(-20, -35, 20, -8, 5, metal, INK, _LINE)
    look, big = _look(rng), rng.uniform(5.5, 7.5)
    _eye(canvas, -8.5, -24, big, look)
    _eye(canvas, 8.5, -24, 12 - big, look)
    canvas.pill(-10, -16, 10, -11, 2, INK, None)
    for x in (-7, -3.5, 0, 3.5, 7):
        canvas.box(x - 1.1, -15, x + 1.1, -12, _WHITE)


def _claw(canvas: Canvas, x: float, y: float, down: int, color: Color) -> None:
    canvas.ellipse(x, y, 4, 4, color, INK, _LINE)
    for side in (-1, 1):
        canvas.line([(x + side * 3, y + down * 2), (x + side * 3.4, y + down * 6.5)], INK, 2.4)


def _dial(canvas: Canvas, x: float, y: float, rng: np.random.Generator) -> None:
    canvas.ellipse(x, y, 4.6, 4.6, _WHITE, INK, 1.0)
    canvas.line([(x, y), (x + rng.uniform(-3, 3), y - 2.6)], (220, 50, 50), 1.0)


def _paint_ghost(canvas: Canvas, rng: np.random.Generator) -> None:
    """A polite ghost under a hat, blushing."""
    sheet = pick([(246, 246, 255), (226, 240, 255), (240, 232, 255), (236, 255, 246)], rng)
    canvas.polygon(_sheet_outline(rng), sheet, INK, _LINE)
    canvas.line([(17, 32), (19.5, 2), (15, -18)], mixed(sheet, (90, 90, 140), 0.25), 3)
    for side in (-1, 1):
        lift = pick([-8, 0, 7], rng)
        _limb(canvas, [(side * 20, 4), (side * 28, 4 + lift)], sheet, 6)
    look = _look(rng)
    for side in (-1, 1):
        canvas.ellipse(side * 8, -12, 4.4, 6.2, INK)
        canvas.ellipse(side * 8 + look[0], -14 + look[1], 1.5, 1.9, _WHITE)
        canvas.ellipse(side * 15, -3, 3.6, 2.2, (255, 170, 186))
    mouth = rng.uniform(2.5, 5)
    canvas.ellipse(0, 1, 3.2, mouth, INK)
    canvas.ellipse(0, 1 + mouth * 0.5, 2, mouth * 0.4, (230, 80, 100))
    pick([_top_hat, _bowler, _party_hat], rng)(canvas, rng)
    _bow_tie(canvas, 0, 15, pick([(220, 40, 60), (40, 90, 200), (240, 170, 30)], rng))


def _sheet_outline(rng: np.random.Generator) -> list[tuple[float, float]]:
    """A dome, straight sides, and a hem in waves."""
    angles = np.linspace(np.pi, 2 * np.pi, 18)
    dome = list(zip(22 * np.cos(angles), -10 + 22 * np.sin(angles), strict=True))
    x = np.linspace(25, -25, 31)
    hem = 41 + 4 * np.sin(x * 0.63 + rng.uniform(0, 6.28))
    return [*dome, *zip(x, hem, strict=True)]


def _top_hat(canvas: Canvas, rng: np.random.Generator) -> None:
    felt = (44, 36, 58)
    canvas.polygon([(-12, -29), (-13, -47), (13, -47), (12, -29)], felt, INK, _LINE)
    canvas.box(-12, -34, 12, -30, pick([(210, 50, 70), (240, 190, 50), (60, 170, 150)], rng))
    canvas.ellipse(0, -28, 21, 3.6, felt, INK, _LINE)


def _bowler(canvas: Canvas, rng: np.random.Generator) -> None:
    felt = pick([(110, 70, 44), (60, 60, 74), (40, 84, 70)], rng)
    canvas.ellipse(0, -32, 15, 12, felt, INK, _LINE)
    canvas.box(-14.5, -33, 14.5, -28, mixed(felt, INK, 0.6))
    canvas.ellipse(0, -27, 22, 3.8, felt, INK, _LINE)


def _party_hat(canvas: Canvas, rng: np.random.Generator) -> None:
    paper = pick([(255, 120, 90), (110, 200, 90), (120, 130, 255)], rng)
    canvas.polygon([(-12, -28), (1, -50), (13, -28)], paper, INK, _LINE)
    for x, y in ((-5, -31), (5, -32), (0, -39)):
        canvas.ellipse(x, y, 1.8, 1.8, (255, 240, 140))
    canvas.star(1, -50, 5, (255, 230, 80), corners=6, outline=INK)


def _bow_tie(canvas: Canvas, x: float, y: float, color: Color) -> None:
    for side in (-1, 1):
        wing = [(x, y), (x + side * 8, y - 4.5), (x + side * 8, y + 4.5)]
        canvas.polygon(wing, color, INK, 1.2)
    canvas.ellipse(x, y, 2.3, 2.3, mixed(color, INK, 0.25), INK, 1.0)


def _paint_cactus(canvas: Canvas, rng: np.random.Generator) -> None:
    """A cactus in a cowboy hat, boots and a badge."""
    green = pick([(84, 168, 84), (110, 180, 70), (60, 150, 110)], rng)
    leather = pick([(140, 84, 44), (170, 60, 50), (90, 70, 110)], rng)
    for side in (-1, 1):
        _boot(canvas, side, leather)
        up = -1 if rng.random() < 0.6 else 0.8
        elbow = rng.uniform(6, 12)
        arm = [(side * 12, elbow), (side * 25, elbow), (side * 25, elbow + up * 15)]
        _limb(canvas, arm, green, 8)
        canvas.star(side * 25, elbow + up * 19, 3.4, (255, 120, 160), corners=6)
    canvas.pill(-15, -34, 15, 36, 14, green, INK, _LINE)
    for x in (-8, 0, 8):
        canvas.line([(x, 20), (x, 31)], mixed(green, INK, 0.35), 1.2)
    for x, y in ((-11, 3), (11, 16), (-4, 22), (5, 27), (-11, 27), (11, -26)):
        canvas.line([(x - 1.6, y - 1.6), (x + 1.6, y + 1.6)], _WHITE, 0.8)
        canvas.line([(x + 1.6, y - 1.6), (x - 1.6, y + 1.6)], _WHITE, 0.8)
    look = _look(rng)
    for side in (-1, 1):
        _eye(canvas, side * 6.3, -18, 4.8, look)
    canvas.arc(0, -9, 6, 4.5, 15, 165, INK, 1.6)
    _bandana(canvas, pick([(224, 50, 60), (50, 100, 210), (250, 190, 60)], rng))
    canvas.star(6, 13, 5, (255, 220, 80), outline=INK)
    _cowboy_hat(canvas, mixed(leather, (240, 200, 140), 0.25))


def _boot(canvas: Canvas, side: int, leather: Color) -> None:
    x = side * 8
    shaft = [(x - 5, 30), (x + 5, 30), (x + 5, 38), (x + 5 + 4 * (side > 0), 45)]
    sole = [(x - 5 - 4 * (side < 0), 45), (x - 5, 38)]
    canvas.polygon([*shaft, *sole], leather, INK, _LINE)
    canvas.star(x - side * 6, 42, 3, (255, 230, 120), corners=6)


def _bandana(canvas: Canvas, color: Color) -> None:
    canvas.polygon([(-16, -3), (16, -3), (13, 3), (0, 13), (-13, 3)], color, INK, _LINE)
    for x, y in ((-7, 1), (0, 1), (7, 1), (-3, 6), (3.5, 6)):
        canvas.ellipse(x, y, 1.1, 1.1, _WHITE)


def _cowboy_hat(canvas: Canvas, felt: Color) -> None:
    brim = [(-30, -34), (-25, -30), (0, -25), (25, -30), (30, -34), (22, -25), (0, -20), (-22, -25)]
    crown = [(-14, -27), (-13, -42), (-6, -47), (0, -43), (6, -47), (13, -42), (14, -27)]
    canvas.polygon(crown, felt, INK, _LINE)
    canvas.polygon([(-14, -32), (14, -32), (14, -27), (-14, -27)], mixed(felt, INK, 0.5))
    canvas.polygon(brim, mixed(felt, _WHITE, 0.12), INK, _LINE)


def _paint_cat(canvas: Canvas, rng: np.random.Generator) -> None:
    """A cat with a handlebar moustache and a monocle, in its best suit."""
    furs = [(240, 150, 60), (120, 116, 130), (60, 54, 70), (236, 214, 180), (190, 120, 80)]
    fur = pick(furs, rng)
    suit = pick([(60, 70, 120), (120, 40, 60), (40, 100, 90), (110, 90, 60)], rng)
    side = pick([-1, 1], rng)
    tail = [(side * 14, 38), (side * 27, 36), (side * 30, 22), (side * 25, 14)]
    _limb(canvas, tail, fur, 5)
    canvas.polygon([(-13, 8), (13, 8), (20, 45), (-20, 45)], suit, INK, _LINE)
    canvas.polygon([(-6, 8), (6, 8), (0, 28)], _WHITE, INK, 1.0)
    for y in (32, 38):
        canvas.ellipse(0, y, 1.5, 1.5, (255, 220, 90))
    _limb(canvas, [(-side * 14, 16), (-side * 24, 26), (-side * 20, 10)], suit, 6)
    canvas.ellipse(-side * 20, 8, 4.4, 4.4, fur, INK, _LINE)
    for ear in (-1, 1):
        canvas.polygon([(ear * 24, -16), (ear * 23, -44), (ear * 6, -31)], fur, INK, _LINE)
        canvas.polygon([(ear * 21, -22), (ear * 20.5, -37), (ear * 11, -30)], (255, 160, 170))
    canvas.ellipse(0, -14, 26, 21, fur, INK, _LINE)
    for x in (-6, 0, 6):
        canvas.line([(x, -34), (x * 0.8, -28)], mixed(fur, INK, 0.45), 2)
    _cat_face(canvas, side, rng)
    _bow_tie(canvas, 0, 10, pick([(230, 50, 70), (250, 200, 60), (90, 200, 190)], rng))


def _cat_face(canvas: Canvas, side: int, rng: np.random.Generator) -> None:
    iris, look = pick([(150, 230, 90), (255, 220, 70), (110, 210, 250)], rng), rng.uniform(-2, 2)
    for eye in (-1, 1):
        canvas.ellipse(eye * 10, -19, 6, 6.4, iris, INK, _LINE)
        canvas.ellipse(eye * 10 + look, -19, 1.6, 5, INK)
        for rise in (-3, 1):
            canvas.line([(eye * 17, -8), (eye * 31, -8 + rise * 1.6)], _WHITE, 0.9)
    canvas.ellipse(side * 10, -19, 8, 8.4, None, (250, 200, 70), 1.8)
    canvas.line([(side * 17, -15), (side * 20, 2)], (250, 200, 70), 1.0)
    for half in (-1, 1):
        curl = [(0, -6), (half * 6, -8), (half * 13, -4), (half * 18, -6), (half * 20, -11),
                (half * 17, -12), (half * 21, -14), (half * 23, -7), (half * 18, 0),
                (half * 8, 1), (0, -2)]  # fmt: skip
        canvas.polygon(curl, (70, 40, 30), INK, 1.0)
    canvas.polygon([(-3, -10), (3, -10), (0, -6.5)], (255, 130, 150), INK, 1.0)


def _paint_hearts(canvas: Canvas, rng: np.random.Generator) -> None:
    """Two hearts with legs, hand in hand."""
    reds = [(236, 50, 80), (255, 120, 150), (200, 50, 130), (255, 90, 70)]
    first, second = (reds[index] for index in rng.permutation(len(reds))[:2])
    shift = rng.uniform(-3, 3)
    arm = mixed(first, second, 0.5)
    _limb(canvas, [(-13, 10 + shift), (0, 18), (13, 10 - shift)], arm, 2.2)
    _heart_figure(canvas.placed(-16.5, shift), first, -1, rng)
    _heart_figure(canvas.placed(16.5, -shift), second, 1, rng)
    for _ in range(5):
        x, y = rng.uniform(-32, 32), rng.uniform(-44, -26)
        canvas.heart(x, y, rng.uniform(2, 3.6), pick(reds, rng), _WHITE, 0.6)


def _heart_figure(canvas: Canvas, color: Color, side: int, rng: np.random.Generator) -> None:
    shoe = pick([(250, 220, 80), (70, 170, 220), (80, 60, 110), (250, 250, 250)], rng)
    for leg in (-1, 1):
        _limb(canvas, [(leg * 4, 14), (leg * 5 + rng.uniform(-1, 1), 40)], color, 2.2)
        canvas.ellipse(leg * 5 + 2 * leg, 42, 4.6, 3, shoe, INK, _LINE)
    _limb(canvas, [(side * 12, 4), (side * 19.5, rng.uniform(-10, 14))], color, 2.2)
    canvas.heart(0, 2, 18, color, INK, _LINE)
    canvas.ellipse(-9, -7, 3, 2, mixed(color, _WHITE, 0.6))
    look = (-side * 0.9, rng.uniform(-0.4, 0.4))
    for eye in (-1, 1):
        _eye(canvas, eye * 5.5, -2, 4, look)
        canvas.ellipse(eye * 10, 4, 2.4, 1.6, mixed(color, (255, 190, 200), 0.55))
    canvas.arc(0, 4, 4.5, 3.6, 10, 170, INK, 1.5)


HERO_PAINTERS = {
    "robot": _paint_robot,
    "ghost": _paint_ghost,
    "cactus": _paint_cactus,
    "cat": _paint_cat,
    "hearts": _paint_hearts,
}
"""How to paint each hero on a `Canvas` placed where it stands."""
