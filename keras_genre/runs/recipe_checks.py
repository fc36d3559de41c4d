"""What the values of a recipe may be."""

from keras_genre.presets import Preset

LOSSES = (
    "bce", "weighted_bce", "weighted_bce_whole", "focal", "asymmetric", "class_balanced",
)  # fmt: skip
"""The losses by name."""

SCHEDULES = ("plateau", "cosine", "constant")
"""How the learning rate may change, by name."""

AUGMENTATIONS = ("none", "standard", "rand_augment", "mix_up", "cut_mix")
"""What may be done to training posters, by name."""

RULES = ("per_genre", "global", "top_k")
"""How thresholds may be fitted, by name."""

OF_PRESET = ("text_weights", "poster_weights", "text_freeze", "poster_freeze")
"""Fields of a recipe that are fields of its preset too."""

_MIXING = ("mix_up", "cut_mix")
_LEAST = {
    "epochs": 1, "batch_size": 1, "accumulation": 1, "patience": 1, "refine_epochs": 0, "seed": 0,
    "plateau_patience": 1,
}  # fmt: skip
# From, to, and whether both ends are values themselves.
_RANGES = {
    "learning_rate": (0, float("inf"), "()"),
    "encoder_learning_rate": (0, float("inf"), "()"),
    "refine_learning_rate": (0, float("inf"), "()"),
    "weight_decay": (0, float("inf"), "[)"),
    "clip_norm": (0, float("inf"), "()"),
    "warmup_epochs": (0, float("inf"), "[)"),
    "plateau_factor": (0, 1, "()"),
    "lowest_learning_rate": (0, float("inf"), "[)"),
    "label_smoothing": (0, 1, "[)"),
    "ema_momentum": (0, 1, "()"),
    "modality_dropout": (0, 1, "[)"),
    "word_evidence": (0, 1, "[)"),
    "poster_evidence": (0, 1, "[]"),
}
_NAMES = {"loss": LOSSES, "schedule": SCHEDULES, "augmentation": AUGMENTATIONS, "rule": RULES}
_MAY_BE_NONE = (
    "plateau_patience", "encoder_learning_rate", "refine_learning_rate", "clip_norm",
    "ema_momentum",
)  # fmt: skip


def check_values(recipe) -> None:
    """Raise a `ValueError` that names the first field of a recipe which is out of its range."""
    values = {
        field: getattr(recipe, field)
        for field in (*_LEAST, *_RANGES)
        if not (field in _MAY_BE_NONE and getattr(recipe, field) is None)
    }
    for field, value in values.items():
        if field in _LEAST:
            _check_whole(field, value, _LEAST[field])
        else:
            _check_range(field, value, *_RANGES[field])
    for field, names in _NAMES.items():
        if getattr(recipe, field) not in names:
            raise ValueError(
                f"Unknown {field} {getattr(recipe, field)!r}. Expected one of {', '.join(names)}."
            )
    if recipe.lowest_learning_rate > recipe.learning_rate:
        raise ValueError(
            f"Expected lowest_learning_rate of at most the learning_rate, {recipe.learning_rate}, "
            f"received {recipe.lowest_learning_rate}."
        )
    for field in ("text_weights", "poster_weights", "word_vectors"):
        value = getattr(recipe, field)
        if value is not None and (not isinstance(value, str) or not value):
            raise ValueError(f"Expected {field} as text or None, received {value!r}.")
    twice = {field for field, _ in recipe.changes} & {*OF_PRESET, "training"}
    if twice:
        raise ValueError(
            f"Expected {', '.join(sorted(twice))} as a field of the recipe, not among changes."
        )


def check_preset(recipe, preset: Preset) -> None:
    """Raise a `ValueError` that names the first field of a recipe which its preset cannot have."""
    name, augmentation = recipe.preset, recipe.augmentation
    if recipe.modality_dropout and not (preset.text_encoder and preset.poster_encoder):
        raise ValueError(
            f"Preset {name!r} has one encoder, which no film can do without: expected "
            f"modality_dropout 0, received {recipe.modality_dropout!r}."
        )
    if augmentation != "none" and not preset.poster_encoder:
        raise ValueError(
            f"Preset {name!r} sees no posters: expected augmentation 'none', received "
            f"{augmentation!r}."
        )
    if augmentation in _MIXING and preset.text_encoder:
        raise ValueError(
            f"Augmentation {augmentation!r} mixes the posters of two films, and preset {name!r} "
            "reads plots, which cannot be mixed. Take 'standard' or 'rand_augment'."
        )
    if recipe.word_evidence and not dict(preset.fusion_options).get("vocabulary_size"):
        raise ValueError(
            f"Preset {name!r} has no fusion head that reads words: expected word_evidence 0, "
            f"received {recipe.word_evidence!r}."
        )
    if recipe.poster_evidence and not dict(preset.fusion_options).get("lone_posters"):
        raise ValueError(
            f"Preset {name!r} has no fusion head that hears lone posters: expected poster_evidence "
            f"0, received {recipe.poster_evidence!r}."
        )
    if recipe.word_vectors and (preset.tokenizer != "words" or not preset.text_encoder):
        raise ValueError(
            f"Preset {name!r} learns no words: expected word_vectors None, received "
            f"{recipe.word_vectors!r}."
        )


def _check_whole(field: str, value, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(
            f"Expected {field} as a whole number of at least {least}, received {value!r}."
        )


def _check_range(field: str, value, low: float, high: float, ends: str) -> None:
    above = value >= low if ends[0] == "[" else value > low
    below = value <= high if ends[1] == "]" else value < high
    if isinstance(value, bool) or not (above and below):
        lower = f"{'of at least' if ends[0] == '[' else 'above'} {low}"
        until = "at most" if ends[1] == "]" else "below"
        upper = "" if high == float("inf") else f" and {until} {high}"
        raise ValueError(f"Expected {field} {lower}{upper}, received {value!r}.")
