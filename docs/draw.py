"""Draws the pictures of the README: a sheet of sample posters, and the road."""

from pathlib import Path

import numpy as np
from PIL import Image

from keras_genre.catalog.synthetic import draw_poster

_HERE = Path(__file__).parent
_STOPS = (
    ("catalog", "a table", "of films"),
    ("data", "TFRecords,", "tf.data"),
    ("preprocessing", "strings, JPEG", "to tensors"),
    ("models", "tensors", "to logits"),
    ("training", "a run", "folder"),
    ("evaluation", "scores,", "intervals"),
    ("export", "a verified", "SavedModel"),
    ("server", "gRPC, as", "TF Serving"),
    ("client", "asks for", "genres"),
)
_FILMS = (
    ("city", "robot", "Overtime in Neon"),
    ("desert", "cactus", "High Noon-ish"),
    ("woods", "ghost", "Boo, Said Nobody"),
    ("space", "cat", "Mission to Purr"),
    ("seaside", "hearts", "Two for the Tide"),
)


def sheet() -> Image.Image:
    """A row of five posters."""
    posters = [
        draw_poster(scene, hero, title, np.random.default_rng(number))
        for number, (scene, hero, title) in enumerate(_FILMS)
    ]
    width, height = posters[0].size
    row = Image.new("RGB", (len(posters) * (width + 8) - 8, height), "white")
    for number, poster in enumerate(posters):
        row.paste(poster, (number * (width + 8), 0))
    return row


def road() -> str:
    """The stops of the road as SVG."""
    step, width, height = 118, 108, 74
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{step * len(_STOPS) + 70}" height="110" '
        'font-family="Helvetica, Arial, sans-serif" text-anchor="middle">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<path d="M52 55 H{step * len(_STOPS) + 60}" stroke="#8a8f98" stroke-width="3"/>',
        '<text x="28" y="60" font-size="14" fill="#333">files</text>',
    ]
    for number, (name, *lines) in enumerate(_STOPS):
        x = 60 + number * step
        parts.append(
            f'<rect x="{x}" y="18" width="{width}" height="{height}" rx="8" '
            f'fill="#eef3fb" stroke="#4a6fa5" stroke-width="1.5"/>'
        )
        middle = x + width / 2
        parts.append(
            f'<text x="{middle}" y="42" font-size="12.5" font-weight="bold" fill="#1d2f4d">'
            f"{name}</text>"
        )
        for line_number, line in enumerate(lines):
            y = 62 + 16 * line_number
            parts.append(f'<text x="{middle}" y="{y}" font-size="11.5" fill="#444">{line}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


if __name__ == "__main__":
    sheet().save(_HERE / "sample_posters.jpg", quality=88)
    (_HERE / "road.svg").write_text(road(), encoding="utf-8")
