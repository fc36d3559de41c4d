"""Which layers of a pretrained network keep their weights."""

import difflib
import re
from collections.abc import Sequence

import keras


def freeze_layers(layers: Sequence, freeze: str | int, stages: Sequence[str] = ()) -> None:
    """Freeze the first layers of a network; nothing is unfrozen.

    Batch normalisation in a frozen layer uses and keeps the statistics that it has, in training
    too.

    Args:
        layers: Keras layers from the input to the output.
        freeze: "none"; "all"; the number of stages to freeze, with all that precedes them; or the
            name of the last layer to freeze.
        stages: How the names of each stage's layers begin, in order.

    Raises:
        ValueError: If there is no such stage or layer.
    """
    for layer in layers[: _num_frozen([layer.name for layer in layers], freeze, stages)]:
        layer.trainable = False


def freeze_batch_norm(layers: Sequence) -> None:
    """Freeze every batch normalisation: no film then touches its batch neighbours."""
    for layer in layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


def _num_frozen(names, freeze, stages):
    if freeze in ("none", "all"):
        return len(names) if freeze == "all" else 0
    if isinstance(freeze, str):
        if freeze in names:
            return names.index(freeze) + 1
        close = difflib.get_close_matches(freeze, names, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(
            f"Cannot freeze up to the layer {freeze!r}: the network has none of that name. "
            f'Expected "none", "all", a number of stages or a layer between {names[0]!r} and '
            f"{names[-1]!r}.{hint}"
        )
    if not 0 <= freeze <= len(stages):
        raise ValueError(f"Expected 0 to {len(stages)} stages to freeze, received {freeze}.")
    if freeze == 0:
        return 0
    # "block1" begins the names of stage 1, but "block10" those of another.
    start = re.compile(re.escape(stages[freeze - 1]) + r"(?!\d)")
    return 1 + max(number for number, name in enumerate(names) if start.match(name))
