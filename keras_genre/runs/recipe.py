"""Recipe: every choice of a training run."""

import dataclasses
import json

from keras_genre.errors import RunError
from keras_genre.presets import get_preset
from keras_genre.runs.recipe_checks import OF_PRESET, check_preset, check_values


@dataclasses.dataclass(frozen=True)
class Recipe:
    """Every choice of a training run, so that it can be repeated.

    Args:
        preset: The model.
        epochs: Most passes over the training films.
        batch_size: Films a batch.
        accumulation: Batches whose gradients make one step together.
        learning_rate: Of AdamW, at its highest.
        encoder_learning_rate: The same of the encoders, where they shall have one of their own.
        weight_decay: Of AdamW.
        clip_norm: What the norm of all gradients together is cut to, or None.
        schedule: "plateau": the rate falls where validation macro F1 does not rise any more;
            "cosine": it falls from the first step to the last; "constant".
        warmup_epochs: Epochs, or a part of one, in which the rate rises from 0.
        plateau_patience: Epochs without a better macro F1 after which the rate falls on a plateau;
            None for half of `patience`.
        plateau_factor: What the rate then falls to, of itself.
        lowest_learning_rate: What it never falls below.
        loss: "bce"; "weighted_bce", the positive term of each genre weighted by training films
            without it over those with it; "weighted_bce_whole", so weighted with and without the
            genre; "focal"; "asymmetric"; or "class_balanced", weighted by the effective number of
            films. See `keras_genre.losses`.
        label_smoothing: How far labels are moved from 0 and 1 towards one half, in shares of the
            way.
        balanced: Whether training films are drawn so that every genre comes equally often.
        patience: Epochs without a better validation macro F1 after which training stops.
        ema_momentum: Share of itself that a moving average of the weights keeps in each step;
            validation, and the model that is kept, then have the average. None for the weights
            themselves.
        refine_epochs: Further epochs that begin with the weights of the best one.
        refine_learning_rate: Their rate; None for a tenth of `learning_rate`.
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
        word_evidence: Share of the logits that a logistic regression on single words gets once the
            rest is trained, for heads that read words: see `keras_genre.training.word_evidence`.
        poster_evidence: Share of the logits of films without plot that a logistic regression on
            what the poster's encoder pools then gets, for heads that hear lone posters: see
            `keras_genre.training.poster_evidence`.
        rule: How thresholds are fitted on validation, "per_genre", "global" or "top_k": see
            `keras_genre.scoring.DecisionRule.fit`.
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
    accumulation: int = 1
    learning_rate: float = 2e-3
    encoder_learning_rate: float | None = None
    weight_decay: float = 1e-2
    clip_norm: float | None = None
    schedule: str = "plateau"
    warmup_epochs: float = 0.0
    plateau_patience: int | None = None
    plateau_factor: float = 0.3
    lowest_learning_rate: float = 0.0
    loss: str = "bce"
    label_smoothing: float = 0.0
    balanced: bool = False
    patience: int = 4
    ema_momentum: float | None = None
    refine_epochs: int = 0
    refine_learning_rate: float | None = None
    augmentation: str = "none"
    modality_dropout: float = 0.0
    text_weights: str | None = None
    poster_weights: str | None = None
    text_freeze: str | int | None = None
    poster_freeze: str | int | None = None
    word_vectors: str | None = None
    word_evidence: float = 0.0
    poster_evidence: float = 0.0
    rule: str = "per_genre"
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
        own = {field: getattr(self, field) for field in OF_PRESET}
        return {name: value for name, value in own.items() if value is not None} | dict(
            self.changes
        )

    def __post_init__(self):
        object.__setattr__(self, "changes", _as_tuples(self.changes))  # JSON has no tuples
        check_values(self)
        check_preset(self, get_preset(self.preset, **self.preset_changes))

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
