"""Model configurations by name. Plain data: listing them imports nothing heavy."""

import dataclasses
import difflib

__all__ = ["PRESETS", "Preset", "get_preset"]


@dataclasses.dataclass(frozen=True)
class Preset:
    """Every choice that makes a model and its preprocessing.

    Args:
        description: One line for people.
        text_encoder: Name of a text encoder, or None for a model that reads no plot.
        poster_encoder: Name of a poster encoder, or None for a model that sees no poster.
        fusion_head: Name of the fusion head (a single modality passes through it too).
        vocabulary_size: Most words of the plot vocabulary, padding and unknown included.
        max_tokens: Words read of a plot; the rest is cut.
        image_size: Height and width in pixels that posters are resized to.
        text_options: Further arguments of the text encoder, as (name, value) pairs.
        poster_options: Further arguments of the poster encoder.
        fusion_options: Further arguments of the fusion head.
    """

    description: str
    text_encoder: str | None = None
    poster_encoder: str | None = None
    fusion_head: str = "concat"
    vocabulary_size: int = 20_000
    max_tokens: int = 128
    image_size: int = 64
    text_options: tuple[tuple[str, object], ...] = ()
    poster_options: tuple[tuple[str, object], ...] = ()
    fusion_options: tuple[tuple[str, object], ...] = ()


PRESETS = {
    "lstm": Preset(
        description="Plot alone: word embedding, LSTM, dense.",
        text_encoder="lstm",
    ),
    "cnn64": Preset(
        description="Poster alone: a small convolutional network on 64x64 pixels.",
        poster_encoder="cnn64",
    ),
    "concat_fusion_small": Preset(
        description="Plot and poster: the lstm and cnn64 encoders, masked and concatenated.",
        text_encoder="lstm",
        poster_encoder="cnn64",
    ),
}
"""Every preset of the package, by name."""


def get_preset(name: str) -> Preset:
    """Return the preset called `name`.

    Raises:
        ValueError: If there is no such preset; the message names close matches.
    """
    if name in PRESETS:
        return PRESETS[name]
    close = difflib.get_close_matches(str(name), PRESETS, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"Unknown preset {name!r}. Expected one of {', '.join(PRESETS)}.{hint}")
