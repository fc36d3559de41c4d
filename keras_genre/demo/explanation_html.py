"""What the page shows of an explanation: words in colour, and the poster under its heat."""

import base64
import io

import numpy as np
from PIL import Image

from keras_genre.demo.answer_html import escaped
from keras_genre.evaluation.explanation import Explanation

_RED, _BLUE = "178, 24, 43", "33, 102, 172"  # the ends of the heat map's colours
_COLOURS = "RdBu_r"
_STRONGEST = 0.75  # opacity of the strongest word: the text must stay readable
_LEAST = 0.05  # log-odds that get no more than a shade: a model without a cue shows none


def explanation_html(explanation: Explanation, genre: str) -> str:
    """Show what spoke for and against a genre."""
    parts = []
    if explanation.words:
        parts.append(f'<div class="kg-text">{_words(explanation, genre)}</div>')
    if explanation.poster is not None:
        parts.append(_poster(explanation, genre))
    return (
        f'<div class="kg-explanation"><p class="kg-summary">{_summary(explanation, genre)}</p>'
        f'<div class="kg-parts">{"".join(parts)}</div>'
        '<p class="kg-note"><span class="kg-key kg-for">red</span> spoke for the genre, '
        '<span class="kg-key kg-against">blue</span> against it; the stronger, the more. Each '
        "score is what the log-odds lose when the part is left out: +0.7 doubles the odds.</p>"
        "</div>"
    )


def heat_picture(explanation: Explanation, genre: str) -> Image.Image:
    """Draw the poster in grey under what spoke for (red) and against (blue) a genre.

    Raises:
        ValueError: If the genre is not explained, or there is no poster.
    """
    from matplotlib import colormaps

    heat = explanation.heat_map(genre)
    largest = _largest(explanation.poster_scores[explanation.column(genre)])
    strength = np.clip(heat / largest, -1, 1)
    grey = np.asarray(explanation.poster.convert("L")) / 255 * 0.68 + 0.32  # faint, below colours
    opacity = 0.8 * np.abs(strength[..., None]) ** 0.7
    colours = colormaps[_COLOURS]((strength + 1) / 2)[..., :3]
    mixed = grey[..., None] * (1 - opacity) + colours * opacity  # (height, width, 3)
    return Image.fromarray((255 * mixed).round().astype("uint8"))


def _summary(explanation: Explanation, genre: str) -> str:
    column = explanation.column(genre)
    said = f"<b>{escaped(genre)}</b> {explanation.probabilities[column]:.2f}: "
    plot, poster = explanation.contributions[:, column]
    told = []
    if explanation.words:
        told.append(f"the plot {_side(plot)} ({plot:+.2f})")
    if explanation.poster is not None:
        told.append(f"the poster {_side(poster)} ({poster:+.2f})")
    return f"{said}{', '.join(told)}."


def _side(score: float) -> str:
    if abs(score) < _LEAST:
        return "hardly mattered"
    return "spoke for it" if score > 0 else "spoke against it"


def _words(explanation: Explanation, genre: str) -> str:
    """The plot, each word on the colour of its score."""
    scores = explanation.word_scores[:, explanation.column(genre)]
    largest = _largest(scores)
    parts, done = [], 0
    for word, score in zip(explanation.words, scores, strict=True):
        parts.append(escaped(explanation.plot[done : word.start]))
        opacity = _STRONGEST * min(abs(score) / largest, 1) ** 0.7
        colour = f"rgba({_RED if score > 0 else _BLUE}, {opacity:.2f})"
        parts.append(
            f'<span class="kg-word" style="background: {colour}" title="{score:+.2f}">'
            f"{escaped(word.text)}</span>"
        )
        done = word.end
    return "".join(parts)


def _poster(explanation: Explanation, genre: str) -> str:
    content = io.BytesIO()
    heat_picture(explanation, genre).save(content, "JPEG", quality=85)
    data = base64.b64encode(content.getvalue()).decode()
    return (
        f'<img class="kg-heat" alt="Which parts of the poster spoke for {escaped(genre)}" '
        f'src="data:image/jpeg;base64,{data}">'
    )


def _largest(scores: np.ndarray) -> float:
    return float(np.abs(scores).max(initial=_LEAST))
