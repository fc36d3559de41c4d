"""Four questions that comparisons of film classifiers ask, answered from the numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from keras_genre.evaluation.comparison.system import System

__all__ = ["Answer", "answers"]

_SCORES = {"macro_f1": "macro F1", "micro_f1": "micro F1"}
_MODALITIES = {"plot": "plots", "poster": "posters", "plot and poster": "plots and posters"}


@dataclass(frozen=True)
class Answer:
    """A question and what the films say to it.

    Args:
        question: The question.
        text: One paragraph. It names a winner only where the interval does not span zero.
        decided: Whether it names one; None where these systems cannot answer the question.
    """

    question: str
    text: str
    decided: bool | None


def answers(systems: Sequence[System], differences: pd.DataFrame) -> tuple[Answer, ...]:
    """Answer the four questions: fusion, which fusion, which modality, pretraining.

    Two kinds of systems are compared by the best of each. That they were chosen as the best on
    these films makes no winner, as the intervals hold for all pairs at once.

    Args:
        systems: By falling macro F1.
        differences: What `difference_table` gives.
    """
    return (
        _fusion_or_one(systems, differences),
        *_which_fusion(systems, differences),
        _text_or_poster(systems, differences),
        *_pretrained_or_scratch(systems, differences),
    )


def _fusion_or_one(systems, differences) -> Answer:
    return _best_of_each(
        "Does fusion beat one modality?",
        (_among(systems, lambda system: system.fusion), "fusion of plot and poster"),
        (_among(systems, lambda system: system.modality in ("plot", "poster")), "single modality"),
        differences,
    )


def _text_or_poster(systems, differences) -> Answer:
    return _best_of_each(
        "Do plots or posters say more?",
        (_among(systems, lambda system: system.modality == "plot"), "system on plots alone"),
        (_among(systems, lambda system: system.modality == "poster"), "system on posters alone"),
        differences,
    )


def _pretrained_or_scratch(systems, differences) -> list[Answer]:
    """One answer for each modality that has both; a plot model says nothing of posters."""
    found = []
    for modality, films in _MODALITIES.items():
        own = _among(systems, lambda system, modality=modality: system.modality == modality)
        pretrained = _among(own, lambda system: system.pretrained is True)
        scratch = _among(own, lambda system: system.pretrained is False)
        if pretrained and scratch:
            sides = (pretrained, "pretrained system"), (scratch, "system from scratch")
            asked = f"Does pretraining help, on {films}?"
            found.append(_best_of_each(asked, *sides, differences))
    lacking = "no modality has both a pretrained system and one from scratch"
    return found or [_no_answer("Does pretraining help?", lacking)]


def _which_fusion(systems, differences) -> list[Answer]:
    """One answer for each pair of encoders that several heads stand on."""
    question, groups = "Which fusion?", {}
    for system in _among(systems, lambda system: system.fusion):
        groups.setdefault((system.text, system.poster, system.pretrained), []).append(system)
    groups = [own for own in groups.values() if len({system.fusion for system in own}) > 1]
    if not groups:
        return [_no_answer(question, "no two fusion heads stand on the same encoders")]
    return [_leader(question, own, differences) for own in groups]


def _leader(question: str, systems: Sequence[System], differences: pd.DataFrame) -> Answer:
    best, others = systems[0], systems[1:]
    rows = [_row(differences, "macro_f1", best.name, other.name) for other in others]
    behind = [row["b"] for row in rows if row["told_apart"]]
    tied = [row["b"] for row in rows if not row["told_apart"]]
    on = f"On the same encoders ({best.text} and {best.poster}), "
    if not tied:
        text = f"{on}{_apart(rows[0], 'macro F1')}"
        text += f", and it is above {_listed(behind[1:])} too." if len(behind) > 1 else "."
        return Answer(question, text, True)
    nearest = next(row for row in rows if not row["told_apart"])
    text = (
        f"{on}these films name no winner. {best.name} has the highest macro F1, but is not told "
        f"apart from {_listed(tied)} (minus {nearest['b']}: {_interval(nearest)})."
    )
    text += f" It is above {_listed(behind)}." if behind else ""
    return Answer(question, text, False)


def _best_of_each(question: str, one, other, differences: pd.DataFrame) -> Answer:
    """Compare the best of two kinds, each given as (systems, what they are called)."""
    lacking = [kind for systems, kind in (one, other) if not systems]
    if lacking:
        return _no_answer(question, f"there is no {' and no '.join(lacking)}")
    (a, *_), (b, *_) = one[0], other[0]
    rows = {name: _row(differences, score, a.name, b.name) for score, name in _SCORES.items()}
    said = "; ".join(_verdict(row, name) for name, row in rows.items())
    text = f"{a.name} (best {one[1]}) against {b.name} (best {other[1]}): {said}."
    return Answer(question, text, bool(rows["macro F1"]["told_apart"]))


def _verdict(row: pd.Series, score: str) -> str:
    if row["told_apart"]:
        return _apart(row, score)
    if pd.isna(row["low"]):
        return f"by {score} these films are too few to tell ({_interval(row)})"
    return f"by {score} these films cannot tell, as the interval spans zero ({_interval(row)})"


def _apart(row: pd.Series, score: str) -> str:
    """Name the winner, the loser and by how much."""
    if row["difference"] < 0:
        row = _turned(row)
    return f"by {score} {row['a']} is above {row['b']} ({_interval(row)})"


def _row(differences: pd.DataFrame, score: str, a: str, b: str) -> pd.Series:
    """The difference a - b, which the table may hold as b - a."""
    of_score = differences[differences["score"] == score]
    found = of_score[(of_score["a"] == a) & (of_score["b"] == b)]
    if len(found):
        return found.iloc[0]
    return _turned(of_score[(of_score["a"] == b) & (of_score["b"] == a)].iloc[0])


def _turned(row: pd.Series) -> pd.Series:
    return pd.Series(
        {
            **row,
            "a": row["b"],
            "b": row["a"],
            "difference": -row["difference"],
            "low": -row["high"],
            "high": -row["low"],
        }
    )


def _interval(row: pd.Series) -> str:
    if pd.isna(row["low"]):
        return f"{row['difference']:+.3f}, without an interval"
    return f"{row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]"


def _among(systems: Sequence[System], belongs: Callable[[System], object]) -> list[System]:
    return [system for system in systems if belongs(system)]


def _no_answer(question: str, lacking: str) -> Answer:
    return Answer(question, f"These systems cannot answer it: {lacking}.", None)


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
