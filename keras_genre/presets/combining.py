"""From a name to a preset: one that is listed, or any text with any poster with any head."""

from keras_genre.presets.changing import changed, close_match
from keras_genre.presets.fusion import FUSION_PRESETS
from keras_genre.presets.poster import POSTER_WIDTHS
from keras_genre.presets.preset import Preset
from keras_genre.presets.registry import PRESETS

_HEADS = {preset.fusion_head for preset in FUSION_PRESETS.values()}
_READ_NEIGHBORS = {preset.fusion_head for preset in FUSION_PRESETS.values() if preset.neighbor_dim}
_TEXT_FIELDS = (
    "text_encoder", "vocabulary_size", "max_tokens", "text_options", "tokenizer", "text_weights",
    "text_freeze",
)  # fmt: skip
_POSTER_FIELDS = (
    "poster_encoder", "image_size", "poster_options", "poster_weights", "poster_freeze",
)  # fmt: skip


def get_preset(name: str, **changes) -> Preset:
    """Return the preset called `name`.

    Args:
        name: A preset; or `"<text>+<poster>+<head>"`: the text encoder of a preset, the poster
            encoder of another and a fusion head with the options that it has by default.
        **changes: Fields of `Preset` that shall be otherwise; None for as they are. Of options,
            a dict of those that shall be otherwise.

    Raises:
        ValueError: If there is no such preset or field, the message names close matches; or if a
            change does not suit the preset.

    Example:
        >>> get_preset("gru+cnn64+gated").description
        'Plot and poster: gru and cnn64, gated head.'
        >>> get_preset("gru", max_tokens=64, fusion_options={"dropout": 0.2}).fusion_options
        (('dropout', 0.2),)
    """
    preset = _named(name)
    return changed(preset, name, changes) if changes else preset


def _named(name: str) -> Preset:
    if name in PRESETS:
        return PRESETS[name]
    if str(name).count("+") == 2:
        return _combined(*name.split("+"))
    raise ValueError(
        f"Unknown preset {name!r}. Expected one of {', '.join(PRESETS)}; or a text preset, a "
        f"poster preset and a fusion head, as in 'lstm+cnn64+gated'.{close_match(name, PRESETS)}"
    )


def _combined(text: str, poster: str, head: str) -> Preset:
    of_text, of_poster = _part(text, "text"), _part(poster, "poster")
    if head not in _HEADS:
        raise ValueError(
            f"Unknown fusion head {head!r}. Expected one of {', '.join(sorted(_HEADS))}."
            f"{close_match(head, _HEADS)}"
        )
    # The small steps of a part that is pretrained, or it loses what it knows.
    pretrained = [part for part in (of_text, of_poster) if part.text_weights or part.poster_weights]
    return Preset(
        description=f"Plot and poster: {text} and {poster}, {head} head.",
        fusion_head=head,
        neighbor_dim=POSTER_WIDTHS[poster] if head in _READ_NEIGHBORS else 0,
        training=pretrained[0].training if pretrained else (),
        source="; ".join(dict.fromkeys(part.source for part in (of_text, of_poster))),
        **{field: getattr(of_text, field) for field in _TEXT_FIELDS},
        **{field: getattr(of_poster, field) for field in _POSTER_FIELDS},
    )


def _part(name: str, kind: str) -> Preset:
    other = {"text": "poster_encoder", "poster": "text_encoder"}[kind]
    known = {name: preset for name, preset in PRESETS.items() if not getattr(preset, other)}
    if name not in known:
        raise ValueError(
            f"Unknown {kind} preset {name!r}. Expected one of {', '.join(known)}."
            f"{close_match(name, known)}"
        )
    return known[name]
