"""Guarantees of runs, chosen on validation and checked on test, for `keras-genre evaluate`."""

import textwrap

import pandas as pd

_MEANING = {
    "recall": (
        "Of the films of a genre, at least {level:.0%} are over its threshold, on average over "
        "draws of validation films; under it the genre is ruled out."
    ),
    "precision": (
        "Of the films over a genre's threshold, at least {level:.0%} have it, with "
        "{confidence:.0%} confidence for each genre by itself; over it the genre is given."
    ),
}


def guarantee_result(run, kind: str, level: float, split: str) -> tuple[dict, str]:
    """The guarantee of a run, as JSON shall show it and as text of 80 columns.

    Args:
        run: A `Run` or `BaselineRun`.
        kind: "recall" or "precision".
        level: What is guaranteed.
        split: The films to check it on.
    """
    from keras_genre.scoring import Guarantee

    guarantee = Guarantee.fit(run.predict("validation"), kind, level)
    predictions = run.predict(split)
    table, shares = guarantee.check(predictions), guarantee.shares(predictions)
    result = {
        "name": run.name,
        "kind": kind,
        "level": level,
        "confidence": guarantee.confidence,
        "fitted_on": guarantee.fitted_on,
        "split": split,
        "genres": list(guarantee.genres),
        **shares,
        "per_genre": table.reset_index().to_dict(orient="records"),
    }
    return result, _text(run.name, guarantee, table, shares, split, len(predictions))


def _text(name, guarantee, table: pd.DataFrame, shares: dict, split: str, films: int) -> str:
    kind, genres = guarantee.kind, guarantee.genres
    title = f"{name}: {kind} of at least {guarantee.level:g}, chosen on validation, checked on "
    meaning = _MEANING[kind].format(level=guarantee.level, confidence=guarantee.confidence or 0)
    header = f"{'genre':<17}{'threshold':>9}{'films':>7}{'tagged':>8}{'recall':>8}"
    lines = [
        *textwrap.wrap(f"{title}the {split} split, {films:,} films", 80),
        *textwrap.wrap(meaning, 80),
        "",
        f"{header}{'precision':>11}{f'95% of {kind}':>20}",
    ]
    for genre, row in table.iterrows():
        threshold = "-" if pd.isna(row["threshold"]) else f"{row['threshold']:.2g}"
        cells = f"{threshold:>9}{row['support']:>7.0f}{row['tagged']:>8.0f}"
        cells += f"{_number(row['recall']):>8}{_number(row['precision']):>11}"
        interval = f"[{_number(row['low'])}, {_number(row['high'])}]"
        cells += f"{'' if pd.isna(row['low']) else interval:>20}"
        lines.append(f"{genre:<16} {cells}".rstrip())
    done = "given" if kind == "precision" else "ruled out"
    names = "" if len(genres) in (0, len(table)) else f": {', '.join(genres)}"
    summary = (
        f"Automatic in {len(genres)} of {len(table)} genres{names}. "
        f"{shares['decisions']:.1%} of all decisions need no person (genre {done}), "
        f"{shares['films']:.1%} of the films have one that needs none, and "
        f"{shares['open_genres']:.1f} genres a film are left open."
    )
    if table["threshold"].isna().any():
        summary += (
            " A genre without threshold (-) is left to a person: its validation films are too few "
            "to promise anything, or the model errs too often on them."
        )
    return "\n".join([*lines, "", *textwrap.wrap(summary, 80, break_on_hyphens=False)])


def _number(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:.3f}"
