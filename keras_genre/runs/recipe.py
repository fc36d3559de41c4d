"""Recipe: every choice of a training run."""

import dataclasses
import json

from keras_genre.errors import RunError
from keras_genre.presets import Preset, check_weights, get_preset

LOSSES = ("bce", "weighted_bce")
"""The losses by name."""

AUGMENTATIONS = ("none", "standard", "rand_augment", "mix_up", "cut_mix")
"""What may be done to training posters, by name."""

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
        loss: "bce", or "weighted_bce": the positive term of each genre weighted by training films
            without it over those with it.
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
    dtype: str = "auto"
    seed: int = 0

    def __post_init__(self):
        preset = get_preset(self.preset)
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
        for field in ("text_weights", "poster_weights"):
            value = getattr(self, field)
            if value is not None and (not isinstance(value, str) or not value):
                raise ValueError(f"Expected {field} as text or None, received {value!r}.")
        check_weights(self.preset, self.text_weights, self.poster_weights)

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
