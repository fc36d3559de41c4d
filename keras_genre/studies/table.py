"""The table that a study ends with."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from keras_genre.baselines import BaselineRun, trivial_baselines
from keras_genre.evaluation import intervals_of_means
from keras_genre.runs import Run
from keras_genre.scoring import DecisionRule
from keras_genre.studies.study import Row

_SCORES = {"macro_f1": "macro F1", "micro_f1": "micro F1", "mean_average_precision": "mAP"}


def study_table(
    rows: Sequence[Row], runs: Mapping[str, Sequence[Run | BaselineRun]], tfidf: BaselineRun
) -> pd.DataFrame:
    """Score the runs of a study on the test films.

    Every model gets its thresholds in the same way: one a genre, chosen on validation.

    Args:
        rows: The models.
        runs: From the name of a row to its runs, one a seed; rows without are left out.
        tfidf: What words alone say, on the same records.

    Returns:
        A row a model, the trivial baselines and TF-IDF first: `seeds`; for macro F1, micro F1 and
        mean average precision the mean over seeds, the ends of its 95% interval over films
        (`_low`, `_high`) and the standard deviation over seeds (`_spread`); and what was
        `published_...`, on other films.
    """
    test = tfidf.predict("test")
    baselines = [*trivial_baselines(tfidf.base_rates, test), ("TF-IDF", test, tfidf.rule)]
    entries = {name: _scored([(predictions, rule)]) for name, predictions, rule in baselines}
    for row in rows:
        if row.name in runs:
            trainings = [(run.predict("test"), run.rule) for run in runs[row.name]]
            published = {f"published_{name}": value for name, value in row.published}
            entries[row.name] = {**_scored(trainings), **published}
    return pd.DataFrame(list(entries.values()), index=pd.Index(entries, name="model"))


def format_study(table: pd.DataFrame, data: str) -> str:
    """Set a `study_table` as plain text of 80 columns.

    Args:
        table: The table.
        data: The films that the source of the study used.
    """
    lines = [f"{'':<22}{''.join(f'{title:>19}' for title in _SCORES.values())}"]
    for name, row in table.iterrows():
        cells = "".join(f"{_with_interval(row, score):>19}" for score in _SCORES)
        lines.append(f"{name:<22}{cells}" if len(name) < 22 else f"{name}\n{'':<22}{cells}")
        notes = []
        if row["seeds"] > 1:
            spread = f"macro F1 differs by {row['macro_f1_spread']:.3f} (standard deviation)"
            notes.append(f"{row['seeds']:.0f} seeds; {spread}")
        published = [
            f"{title} {row[f'published_{score}']:.3f}"
            for score, title in _SCORES.items()
            if not pd.isna(row.get(f"published_{score}", np.nan))
        ]
        if published:
            notes.append(f"published: {', '.join(published)}")
        lines += [f"    {note}" for note in notes]
    note = (
        f"In brackets: 95% intervals over films. Published figures are of other films or splits "
        f"({data}), and of thresholds chosen otherwise: not to be compared in a sentence."
    )
    title = "Scores on the test films; one threshold a genre, chosen on validation"
    return "\n".join([title, "", *lines, "", *textwrap.wrap(note, 80)])


def _scored(trainings: Sequence[tuple[object, DecisionRule]]) -> dict[str, float]:
    row = {"seeds": len(trainings)}
    alone = [intervals_of_means([training], num_resamples=1) for training in trainings]
    for name, interval in intervals_of_means(trainings).items():
        row |= {
            name: interval.value,
            f"{name}_low": interval.low,
            f"{name}_high": interval.high,
            f"{name}_spread": float(np.std([each[name].value for each in alone])),
        }
    return row


def _with_interval(row: pd.Series, score: str) -> str:
    return f"{row[score]:.3f} [{row[f'{score}_low']:.2f}, {row[f'{score}_high']:.2f}]"
