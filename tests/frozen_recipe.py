"""A recipe whose two encoders are frozen, at a width that trains in no time."""

from pathlib import Path

import pytest
from reduced_presets import REDUCED_PRESETS

from keras_genre.presets import PRESETS
from keras_genre.runs import Recipe


def make_frozen_recipe(weights: Path, patch: pytest.MonkeyPatch, **choices) -> Recipe:
    """Make a recipe of a preset of its own; no weights are loaded.

    Args:
        weights: A folder for its vocabulary, which is made if it is not there.
        patch: What the preset and the loading are patched by.
        choices: Further fields of the recipe.
    """
    if not weights.is_dir():
        weights.mkdir()
        pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefghij", *(f"##{c}" for c in "aeious")]
        (weights / "vocab.txt").write_text("\n".join(pieces) + "\n")
    patch.setitem(PRESETS, "tiny", REDUCED_PRESETS["central_fusion"])
    for home in ("text_encoders.distilbert", "poster_encoders.backbone"):
        patch.setattr(f"keras_genre.models.{home}.load_pretrained", lambda *_: None)
    return Recipe(
        "tiny",
        epochs=2,
        learning_rate=0.01,
        text_weights=str(weights),
        poster_weights="posters.h5",
        text_freeze="all",
        poster_freeze="all",
        **choices,
    )
