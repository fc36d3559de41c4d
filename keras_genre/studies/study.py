"""Study and Row: which models a published system compares."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Row:
    """One model of a study.

    Args:
        name: Names the row, and the folders of its runs.
        preset: The preset; of a baseline, the one whose encoders are asked.
        choices: What of the preset's own recipe is otherwise, as (field, value) pairs of a
            `Recipe`.
        baseline: "boosted" or "stacked" where trees are grown on what frozen encoders say, see
            `keras_genre.baselines`; None where a model is trained.
        needs_weights: Whether each encoder begins with pretrained weights, also where the preset
            names none and somebody has to. Baselines always do.
        needs_word_vectors: Whether it begins with word vectors, which somebody has to name.
        published: Scores that its source states, on its own films and splits, by the names that
            `keras_genre.scoring.score` uses.
    """

    name: str
    preset: str
    choices: tuple[tuple[str, object], ...] = ()
    baseline: str | None = None
    needs_weights: bool = False
    needs_word_vectors: bool = False
    published: tuple[tuple[str, float], ...] = ()


@dataclasses.dataclass(frozen=True)
class Study:
    """A published system as a set of models.

    Args:
        description: One line for people.
        rows: The models.
        data: The films that its source used.
    """

    description: str
    rows: tuple[Row, ...]
    data: str
