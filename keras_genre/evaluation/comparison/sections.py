"""A comparison as sections of cells and sentences, whatever they are then set in."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from keras_genre.evaluation.comparison.comparing import Comparison

__all__ = ["Section", "sections"]

_SCORES = {"macro_f1": "macro F1", "micro_f1": "micro F1", "mean_average_precision": "mAP"}
_COUNTS = ("won", "lost", "undecided")
_SYSTEMS_A_TABLE = 9
_MOST_PAIRS = 15  # beyond, every system is set against the first alone


@dataclass(frozen=True)
class Section:
    """A table with what there is to say about it.

    Args:
        title: Its heading.
        header: Names of the columns.
        rows: Their cells; none where there are sentences alone.
        widths: Of the columns as text of 80 columns, as `aligned_columns` takes them.
        notes: Paragraphs below.
    """

    title: str
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    widths: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


def sections(
    comparison: Comparison, references: pd.DataFrame | None = None, notes: Iterable[str] = ()
) -> list[Section]:
    """Set a comparison in sections.

    Args:
        comparison: What `compare` gives.
        references: A `score_table` of what stands beside the systems and is not compared, such
            as the trivial baselines.
        notes: What else to say of where the systems come from.
    """
    several = (comparison.scores["trainings"] > 1).any()
    return [
        _scores(comparison, references, notes),
        *([_trainings(comparison)] if several else []),
        _ranks(comparison),
        _differences(comparison),
        *_genres(comparison),
        *(Section(answer.question, notes=(answer.text,)) for answer in comparison.answers),
    ]


def _rows(comparison: Comparison):
    """Name, number and scores of each system."""
    for number, (name, row) in enumerate(comparison.scores.iterrows(), 1):
        yield name, str(number), row


def _scores(comparison: Comparison, references, notes: Iterable[str]) -> Section:
    rows = [
        (name, number, *(_with_interval(row, score) for score in _SCORES))
        for name, number, row in _rows(comparison)
    ]
    for name, row in () if references is None else references.iterrows():
        rows.append((name, "", *(_with_interval(row, score) for score in _SCORES)))
    said = [f"Thresholds: {comparison.thresholds}."]
    if comparison.fitted_here:
        said.append(
            "They were chosen on these very films, so F1 is too high, for all systems alike. A "
            "final comparison belongs on test films."
        )
    if comparison.undefined_genres:
        said.append(
            "Undefined and left out of the averages over genres (no film has them): "
            f"{', '.join(comparison.undefined_genres)}."
        )
    said.append(
        f"In brackets: {comparison.level:.0%} intervals over films, each for itself; whether two "
        "systems differ is said by the differences below."
    )
    return Section(
        f"Scores on {_films(comparison)}",
        ("", "", *_SCORES.values()),
        tuple(rows),
        (23, 2, 17, 17, 17),
        (*said, *notes),
    )


def _trainings(comparison: Comparison) -> Section:
    rows = []
    for name, number, row in _rows(comparison):
        spreads = [f"{row[score]:.3f} ({_number(row[f'{score}_spread'])})" for score in _SCORES]
        rows.append((name, number, f"{row['trainings']:.0f}", *spreads))
    note = "Means, and in brackets standard deviations over trainings with other seeds."
    header = ("", "", "trainings", *_SCORES.values())
    return Section("Over trainings", header, tuple(rows), (23, 2, 9, 13, 13, 13), (note,))


def _ranks(comparison: Comparison) -> Section:
    shared = {score: comparison.scores[f"{score}_rank"].duplicated(keep=False) for score in _SCORES}
    rows = []
    for name, number, row in _rows(comparison):
        ranks = [f"{row[f'{score}_rank']:.0f}{'=' * int(shared[score][name])}" for score in _SCORES]
        rows.append((name, number, *ranks, *(f"{row[c]:.0f}" for c in _COUNTS)))
    notes = (
        "A rank is one more than the number of systems that are told apart above; = is a tie, "
        "which is not passed on from neighbour to neighbour.",
        "Won, lost, undecided: genres against all others together. A genre is won with "
        "significantly fewer errors (McNemar, Holm over all genres of all pairs) and a higher F1.",
    )
    header = ("", "", *_SCORES.values(), *_COUNTS)
    return Section("Ranks", header, tuple(rows), (23, 2, 9, 9, 6, 6, 6, 10), notes)


def _differences(comparison: Comparison) -> Section:
    table = comparison.differences
    numbers = {name: number for name, number, _ in _rows(comparison)}
    whole = len(numbers) * (len(numbers) - 1) // 2 <= _MOST_PAIRS
    rows = []
    for (a, b), pair in table.groupby(["a", "b"], sort=False):
        if whole or numbers[a] == "1":
            pair = pair.set_index("score")
            cells = [_difference(pair.loc[score]) for score in _SCORES]
            rows.append((f"{numbers[a]}-{numbers[b]}", *cells))
    notes = [
        f"Row a-b: system a minus system b on the same {comparison.num_resamples:,} resamples of "
        f"films. The {comparison.level:.0%} intervals of a column hold for all its pairs at once; "
        "* where zero lies outside. Where it lies inside, no winner is named.",
        "The trainings are held fixed: the luck of a training is not in these intervals.",
    ]
    if not whole:
        notes.append("The other pairs are in the tables that are written (--out, --json).")
    header = ("", *_SCORES.values())
    return Section("Differences", header, tuple(rows), (5, 24, 24, 24), tuple(notes))


def _genres(comparison: Comparison) -> list[Section]:
    """F1 of every genre, a few systems a table."""
    numbers = {name: number for name, number, _ in _rows(comparison)}
    films = comparison.genres.drop_duplicates("genre").set_index("genre")["films"]
    marks = _marks(comparison)
    note = (
        "Won against another system (+), lost against another (-), or both (~). A bare - is "
        "undefined: no film has the genre."
    )
    found = []
    for start in range(0, len(numbers), _SYSTEMS_A_TABLE):
        names = list(numbers)[start : start + _SYSTEMS_A_TABLE]
        rows = tuple(
            (genre, str(films[genre]), *(_cell(f1[n], marks.get((genre, n))) for n in names))
            for genre, f1 in comparison.genre_f1.iterrows()
        )
        header = ("genre", "films", *(f"{numbers[name]} " for name in names))
        widths = (16, 6, *[5] * len(names))
        found.append(Section("F1, genre by genre", header, rows, widths, (note,)))
    return found


def _marks(comparison: Comparison) -> dict[tuple[str, str], str]:
    """From (genre, system) to the sign of having won or lost it."""
    marks: dict[tuple[str, str], set[str]] = {}
    for row in comparison.genres[comparison.genres["winner"] != ""].itertuples():
        loser = row.b if row.winner == row.a else row.a
        marks.setdefault((row.genre, row.winner), set()).add("+")
        marks.setdefault((row.genre, loser), set()).add("-")
    return {key: signs.pop() if len(signs) == 1 else "~" for key, signs in marks.items()}


def _cell(f1: float, mark: str | None) -> str:
    return "- " if pd.isna(f1) else f"{f1:.2f}{mark or ' '}"


def _films(comparison: Comparison) -> str:
    films = f"{comparison.num_films:,} film{'s' * (comparison.num_films != 1)}"
    return f"the {comparison.split} split, {films}" if comparison.split else films


def _number(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:.3f}"


def _with_interval(row: pd.Series, score: str) -> str:
    low, high = row[f"{score}_low"], row[f"{score}_high"]
    return _number(row[score]) if pd.isna(low) else f"{row[score]:.3f} [{low:.2f},{high:.2f}]"


def _difference(row: pd.Series) -> str:
    if pd.isna(row["low"]):
        return "-"
    mark = "*" if row["told_apart"] else " "
    return f"{row['difference']:+.3f} [{row['low']:+.3f},{row['high']:+.3f}]{mark}"
