"""A preset with some of its choices made otherwise."""

import dataclasses
import difflib
from collections.abc import Iterable, Mapping

from keras_genre.presets.preset import Preset

RANDOM_WEIGHTS = "random"
"""What to give for the weights of a preset that names pretrained ones, to do without."""

# Encoders that take pretrained weights; the others are trained from random ones.
_PRETRAINED = (
    "bert", "clip", "distilbert", "convnext", "efficientnet", "mobilenet", "resnet", "vit",
)  # fmt: skip
_FIELDS = [field.name for field in dataclasses.fields(Preset)]


def changed(preset: Preset, name: str, changes: Mapping[str, object]) -> Preset:
    """Return `preset`, called `name`, with changes as `get_preset` takes them.

    Raises:
        ValueError: If there is no such field, or the preset has nothing that it could change.
    """
    changes = {field: value for field, value in changes.items() if value is not None}
    for field, value in changes.items():
        if field not in _FIELDS:
            raise ValueError(
                f"A preset has no field {field!r}. Expected one of {', '.join(_FIELDS)}."
                f"{close_match(field, _FIELDS)}"
            )
        if field.endswith("_options"):
            changes[field] = tuple({**dict(getattr(preset, field)), **dict(value)}.items())
    new = dataclasses.replace(preset, **changes)
    for kind in ("text", "poster"):
        _check_encoder(new, kind, name, changes)
    return new


def _check_encoder(preset: Preset, kind: str, name: str, changes: Mapping[str, object]) -> None:
    encoder = getattr(preset, f"{kind}_encoder")
    weights = getattr(preset, f"{kind}_weights")
    for field in (f"{kind}_weights", f"{kind}_freeze", f"{kind}_options"):
        if field not in changes:
            continue
        if not encoder:
            raise ValueError(
                f"Preset {name!r} expected no {field}, as it has no {kind} encoder; received "
                f"{changes[field]!r}."
            )
        if field.endswith("_options"):
            continue
        if encoder not in _PRETRAINED:
            raise ValueError(
                f"Preset {name!r} expected no {field}, as its {kind} encoder {encoder!r} takes no "
                f"pretrained weights; received {changes[field]!r}."
            )
        if field.endswith("_freeze") and weights in (None, RANDOM_WEIGHTS):
            raise ValueError(
                f"Expected {kind}_weights beside {field}={changes[field]!r}: random weights are "
                f"not frozen, for nothing could be learned from what they give."
            )


def close_match(name, names: Iterable[str]) -> str:
    """A sentence that names the closest of some names, or nothing where none is close."""
    close = difflib.get_close_matches(str(name), list(names), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""
