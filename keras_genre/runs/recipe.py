"""Recipe: every choice of a training run."""

import dataclasses
import json

from keras_genre.errors import RunError
from keras_genre.presets import Preset, get_preset

LOSSES = (
    "bce", "weighted_bce", "weighted_bce_whole", "focal", "asymmetric", "class_balanced",
)  # fmt: skip
"""The losses by name."""

AUGMENTATIONS = ("none", "standard", "rand_augment", "mix_up", "cut_mix")
"""What may be done to training posters, by name."""

# Fields of the recipe that are fields of the preset too.
_OF_PRESET = ("text_weights", "poster_weights", "text_freeze", "poster_freeze")

_MIXING = ("mix_up", "cut_mix")


@dataclasses.dataclass(frozen=True)
class Recipe:
    """Every choice of a training run, so that it can be repeated.

    Args:
        preset: The model.
        epochs: Most passes over the training films.
        batch_size: Films a step.
        learning_rate: Of AdamW, at the beginning.
        weight_decay: Of AdamW.
        loss: "bce"; "weighted_bce", the positive term of each genre weighted by training films
            without it over those with it; "weighted_bce_whole", so weighted with and without the
            genre; "focal"; "asymmetric"; or "class_balanced", weighted by the effective number of
            films. See `keras_genre.losses`.
        patience: Epochs without a better validation macro F1 after which training stops; after half
            of them the learning rate falls to 0.3 of itself.
        augmentation: What is done to training posters: "none"; "standard", small turns, shifts,
            flips and changes of colour, which repeat with the seed; or "rand_augment", "mix_up" or
            "cut_mix" of KerasCV, which do not. The last two are for models that read no plot.
        modality_dropout: Share of the films with plot and poster that lose one of them in each
            training step: the model learns to do with either. For presets with both encoders.
        text_weights: Where the weights of the text encoder come from, "random", or None for those
            that the preset names; see `keras_genre.models.pretrained`.
        poster_weights: The same of the poster encoder.
        text_freeze: How much of pretrained text weights stays as it is, as the `freeze` of the
            encoder: "none", "all", a number of layers, or the name of the last one; None for what
            the preset says. What an encoder gives that is frozen whole is computed once.
        poster_freeze: The same of the poster encoder.
        word_vectors: A file of word vectors that the plot encoder's embedding begins with, see
            `keras_genre.models.word_vectors`; the embedding becomes as wide as they are.
        changes: What else of the preset shall be otherwise, as (field, value) pairs; options are
            pairs again.
        dtype: A Keras dtype policy, or "auto" for the one that suits the device.
        seed: Of weights, shuffling and dropout.

    Raises:
        ValueError: If a value is out of its range or does not suit the preset; the message names
            the field.

    Example:
        >>> Recipe(preset="lstm").learning_rate
        0.002
    """

    preset: str
    epochs: int = 20
    batch_size: int = 32
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    loss: str = "bce"
    patience: int = 4
    augmentation: str = "none"
    modality_dropout: float = 0.0
    text_weights: str | None = None
    poster_weights: str | None = None
    text_freeze: str | int | None = None
    poster_freeze: str | int | None = None
    word_vectors: str | None = None
    changes: tuple[tuple[str, object], ...] = ()
    dtype: str = "auto"
    seed: int = 0

    @classmethod
    def from_preset(cls, preset: str, **values) -> "Recipe":
        """How the source of a preset trains it, as far as it says.

        Args:
            preset: The model.
            **values: Fields that shall be otherwise; None for as they are.
        """
        given = {field: value for field, value in values.items() if value is not None}
        return cls(preset, **{**dict(get_preset(preset).training), **given})

    @property
    def preset_changes(self) -> dict[str, object]:
        """What `from_preset` of model and preprocessor take beside the preset's name."""
        own = {field: getattr(self, field) for field in _OF_PRESET}
        return {name: value for name, value in own.items() if value is not None} | dict(
            self.changes
        )

    def __post_init__(self):
        object.__setattr__(self, "changes", _as_tuples(self.changes))  # JSON has no tuples
        self._check_texts()
        preset = get_preset(self.preset, **self.preset_changes)
        for field in ("epochs", "batch_size", "patience", "seed"):
            value, least = getattr(self, field), 0 if field == "seed" else 1
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise ValueError(
                    f"Expected {field} as a whole number of at least {least}, received {value!r}."
                )
        if not 0 < self.learning_rate < float("inf"):
            raise ValueError(f"Expected learning_rate above 0, received {self.learning_rate!r}.")
        if not 0 <= self.weight_decay < float("inf"):
            raise ValueError(f"Expected weight_decay of at least 0, received {self.weight_decay}.")
        if self.loss not in LOSSES:
            raise ValueError(f"Unknown loss {self.loss!r}. Expected one of {', '.join(LOSSES)}.")
        self._check_augmentation(preset)
        self._check_modality_dropout(preset)
        if self.word_vectors and (preset.tokenizer != "words" or not preset.text_encoder):
            raise ValueError(
                f"Preset {self.preset!r} learns no words: expected word_vectors None, received "
                f"{self.word_vectors!r}."
            )

    def _check_texts(self) -> None:
        for field in ("text_weights", "poster_weights", "word_vectors"):
            value = getattr(self, field)
            if value is not None and (not isinstance(value, str) or not value):
                raise ValueError(f"Expected {field} as text or None, received {value!r}.")
        twice = {field for field, _ in self.changes} & {*_OF_PRESET, "training"}
        if twice:
            raise ValueError(
                f"Expected {', '.join(sorted(twice))} as a field of the recipe, not among changes."
            )

    def _check_modality_dropout(self, preset: Preset) -> None:
        if not 0 <= self.modality_dropout < 1:
            raise ValueError(
                f"Expected modality_dropout of at least 0 and below 1, received "
                f"{self.modality_dropout!r}."
            )
        if self.modality_dropout and not (preset.text_encoder and preset.poster_encoder):
            raise ValueError(
                f"Preset {self.preset!r} has one encoder, which no film can do without: expected "
                f"modality_dropout 0, received {self.modality_dropout!r}."
            )

    def _check_augmentation(self, preset: Preset) -> None:
        if self.augmentation not in AUGMENTATIONS:
            raise ValueError(
                f"Unknown augmentation {self.augmentation!r}. Expected one of "
                f"{', '.join(AUGMENTATIONS)}."
            )
        if self.augmentation != "none" and not preset.poster_encoder:
            raise ValueError(
                f"Preset {self.preset!r} sees no posters: expected augmentation 'none', received "
                f"{self.augmentation!r}."
            )
        if self.augmentation in _MIXING and preset.text_encoder:
            raise ValueError(
                f"Augmentation {self.augmentation!r} mixes the posters of two films, and preset "
                f"{self.preset!r} reads plots, which cannot be mixed. Take 'standard' or "
                "'rand_augment'."
            )

    def to_json(self) -> str:
        """The recipe as JSON."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """Read a recipe.

        Raises:
            RunError: If the text is no recipe; the message names the field.
        """
        try:
            return cls(**json.loads(text))
        except (TypeError, ValueError) as cause:
            raise RunError(f"This is no recipe: {cause}") from cause


def _as_tuples(value):
    return tuple(map(_as_tuples, value)) if isinstance(value, list | tuple) else value
