"""Preset: every choice that makes a model and its preprocessing."""

import dataclasses


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
        tokenizer: "words", learned from the training plots; or "wordpiece" or "byte_pair", which
            come with the pretrained weights.
        text_weights: Where the weights of the text encoder come from (see
            `keras_genre.models.pretrained`), or None for random ones.
        poster_weights: The same of the poster encoder.
        text_freeze: How much of pretrained text weights stays as it is: the `freeze` of the
            encoder. Random weights are never frozen.
        poster_freeze: The same of the poster encoder.
        neighbor_dim: Width of the poster encoder's vector, where the fusion head reads those of
            a film's neighbours; 0 where it reads none.
        training: How the source trains it, as (field, value) pairs of a `Recipe`, where that
            differs from the recipe's own defaults.
        source: The paper or system that the architecture follows.
        parameters: Weights of the whole model with the 23 genres of MM-IMDb.
        published_parameters: The parameters that the source counts, to the digits that it gives.
        gap: Why the two differ, where they do by more than 2%.
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
    tokenizer: str = "words"
    text_weights: str | None = None
    poster_weights: str | None = None
    text_freeze: str | int = "none"
    poster_freeze: str | int = "none"
    neighbor_dim: int = 0
    training: tuple[tuple[str, object], ...] = ()
    source: str = ""
    parameters: int | None = None
    published_parameters: int | None = None
    gap: str = ""
