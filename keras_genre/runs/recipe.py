"""Recipe: every choice of a training run."""

import dataclasses
import json

from keras_genre.errors import RunError
from keras_genre.presets import Preset, get_preset

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
        dtype: A Keras dtype policy, or "auto" for the one that suits the device.
        seed: Of weights, shuffling and dropout.

    Raises:
        ValueError: If a value is out of its range, or the augmentation does not suit the preset;
            the message names the field.

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
