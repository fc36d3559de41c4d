"""Which encoders take pretrained weights."""

from keras_genre.presets.combining import get_preset

RANDOM_WEIGHTS = "random"
"""What to give for the weights of a preset that names pretrained ones, to do without."""

# The others are trained from random weights.
_PRETRAINED = ("bert", "distilbert", "convnext", "efficientnet", "mobilenet", "resnet", "vit")


def check_weights(name: str, text_weights: str | None, poster_weights: str | None) -> None:
    """Raise a `ValueError` unless the encoders of the preset `name` take these weights.

    Args:
        name: A preset.
        text_weights: What to load into its text encoder, or None.
        poster_weights: What to load into its poster encoder, or None.
    """
    preset = get_preset(name)
    for field, weights, encoder in (
        ("text_weights", text_weights, preset.text_encoder),
        ("poster_weights", poster_weights, preset.poster_encoder),
    ):
        if weights is None or encoder in _PRETRAINED:
            continue
        kind = field.removesuffix("_weights")
        has = (
            f"its {kind} encoder {encoder!r} takes none" if encoder else f"it has no {kind} encoder"
        )
        raise ValueError(f"Preset {name!r} expected no {field}, as {has}; received {weights!r}.")
