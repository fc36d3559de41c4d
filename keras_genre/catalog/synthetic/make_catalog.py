"""make_synthetic_catalog: a folder of sample films, and the truth about them."""

import concurrent.futures
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from keras_genre.catalog.genre_cells import join_names
from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.catalog.synthetic.crews import sample_crews
from keras_genre.catalog.synthetic.film_model import (
    CUES,
    GENRES,
    sample_cues,
    sample_labels,
    sample_presence,
)
from keras_genre.catalog.synthetic.plots import write_plot
from keras_genre.catalog.synthetic.posters import draw_poster
from keras_genre.catalog.synthetic.synthetic_truth import SyntheticTruth
from keras_genre.catalog.synthetic.titles import write_title
from keras_genre.csv_files import write_csv
from keras_genre.errors import CatalogError
from keras_genre.features import SPLITS
from keras_genre.genres import GenreVocabulary
from keras_genre.staging import staged_folder

__all__ = ["make_synthetic_catalog"]

_VALIDATION_SHARE = _TEST_SHARE = 0.15
_JPEG_QUALITY = 88
_WORKERS = 2

# One stream of random numbers for each purpose, so that what a poster needs moves no plot.
_LABELS, _YEARS, _PLOT, _TITLE, _POSTER, _CREW = range(6)


def make_synthetic_catalog(
    folder: str | os.PathLike,
    num_films: int = 2000,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[MovieCatalog, SyntheticTruth]:
    """Make sample films whose best possible score is known.

    Each film has a plot that tells a theme and a tone, and a drawn poster that shows a scene
    and a hero; its genres follow from these four with known odds. So the best score that any
    model can reach is known exactly, from plots, from posters and from both. Its crew are people
    who prefer genres: a model that knows the films of the same people too may pass that score.

    Writes `folder/movies.csv` (UTF-8; columns `movie_id, title, year, plot, genres, poster, crew,
    split`, genres and crew joined by `|`, posters relative to `folder`, plot and poster empty
    where missing) and `folder/posters/<movie_id>.jpg`. About 70% of the films are for training and
    15% each for validation and test; 8% lack a plot and 12% a poster, none both. The folder
    appears complete or not at all, and the same seed writes the same bytes.

    Args:
        folder: Where the films go. Must not exist yet; missing parents are made.
        num_films: How many films to make, at least one.
        seed: A non-negative integer.
        progress: Called as `progress(done, num_films)` after each film, from the thread of the
            caller.

    Returns:
        The catalogue, with absolute poster paths, and the truth about its films, in the same
        order.

    Raises:
        ValueError: If `num_films` or `seed` is no such number.
        CatalogError: If `folder` exists and is not empty, or cannot be written.

    Example:
        >>> catalog, truth = make_synthetic_catalog("films", num_films=200)
        >>> len(catalog)
        200
    """
    _check_number(num_films, "num_films", 1)
    _check_number(seed, "seed", 0)
    folder = Path(folder).absolute()
    try:
        with staged_folder(folder, CatalogError) as stage:
            truth = _sampled_truth(num_films, seed)
            table = _described(truth, seed)
            _draw_posters(stage, truth, table["title"], seed, progress)
            write_csv(table, stage / "movies.csv")
    except OSError as cause:
        raise CatalogError(
            f"Cannot write sample films to {folder}: {cause}. No film was left behind; free the "
            "disk or name another folder."
        ) from cause
    return _as_catalog(table, folder, seed), truth


def _sampled_truth(num_films: int, seed: int) -> SyntheticTruth:
    rng = _stream(seed, _LABELS)
    cues = sample_cues(num_films, rng)
    labels = sample_labels(cues, rng)
    has_plot, has_poster = sample_presence(num_films, rng)
    return SyntheticTruth(
        vocabulary=GenreVocabulary(GENRES),
        movie_ids=tuple(f"film{number:06d}" for number in range(1, num_films + 1)),
        splits=_sampled_splits(num_films, rng),
        cues=cues,
        has_plot=has_plot,
        has_poster=has_poster,
        labels=labels,
    )


def _sampled_splits(num_films: int, rng: np.random.Generator) -> tuple[str, ...]:
    """Deal the films out at random, in the shares of the splits."""
    train, validation, test = SPLITS
    sizes = [round(num_films * share) for share in (_VALIDATION_SHARE, _TEST_SHARE)]
    dealt = [validation] * sizes[0] + [test] * sizes[1]
    dealt += [train] * (num_films - len(dealt))
    return tuple(dealt[place] for place in rng.permutation(num_films))


def _described(truth: SyntheticTruth, seed: int) -> pd.DataFrame:
    """The rows of `movies.csv`: titles and plots written, no two alike."""
    names = tuple(CUES.values())
    plots, titles = {}, {}  # in order of film, each text once
    for film, (theme, tone, _, _) in enumerate(truth.cues.tolist()):
        rng = _stream(seed, _PLOT, film)
        _add_new(plots, lambda at=rng, a=theme, b=tone: write_plot(names[0][a], names[1][b], at))
        rng = _stream(seed, _TITLE, film)
        _add_new(titles, lambda at=rng: write_title(at))
    years = _stream(seed, _YEARS).integers(1925, 2025, size=len(titles))
    posters = [f"posters/{movie_id}.jpg" for movie_id in truth.movie_ids]
    return pd.DataFrame(
        {
            "movie_id": truth.movie_ids,
            "title": list(titles),
            "year": years,
            "plot": np.where(truth.has_plot, list(plots), ""),
            "genres": ["|".join(truth.vocabulary.decode(labels)) for labels in truth.labels],
            "poster": np.where(truth.has_poster, posters, ""),
            "crew": [join_names(crew) for crew in sample_crews(truth.labels, _stream(seed, _CREW))],
            "split": truth.splits,
        }
    )


def _add_new(texts: dict[str, None], write: Callable[[], str]) -> None:
    """Write until the text is one that was not there."""
    while (text := write()) in texts:
        pass
    texts[text] = None


def _draw_posters(stage: Path, truth: SyntheticTruth, titles, seed: int, progress) -> None:
    """Draw and save the posters of a staged folder, several at a time."""
    (stage / "posters").mkdir()
    scenes, heroes = CUES["scene"], CUES["hero"]

    def draw(film: int) -> None:
        if truth.has_poster[film]:
            _, _, scene, hero = truth.cues[film]
            rng = _stream(seed, _POSTER, film)
            poster = draw_poster(scenes[scene], heroes[hero], titles[film], rng)
            path = stage / "posters" / f"{truth.movie_ids[film]}.jpg"
            poster.save(path, "JPEG", quality=_JPEG_QUALITY)

    num_films = len(truth.movie_ids)
    pool = concurrent.futures.ThreadPoolExecutor(_WORKERS)
    try:
        for done, _ in enumerate(pool.map(draw, range(num_films)), start=1):
            if progress:
                progress(done, num_films)
    finally:
        # After an error the films not begun are dropped, and those begun are waited for: the
        # stage is about to be removed.
        pool.shutdown(wait=True, cancel_futures=True)


def _as_catalog(table: pd.DataFrame, folder: Path, seed: int) -> MovieCatalog:
    posters = [str(folder / poster) if poster else "" for poster in table["poster"]]
    genres = [tuple(joined.split("|")) for joined in table["genres"]]
    crews = [tuple(joined.split("|")) for joined in table["crew"]]
    frame = table.assign(poster=posters, genres=genres, crew=crews)
    notes = [f"{len(table)} synthetic films made from seed {seed}"]
    return MovieCatalog(frame, GenreVocabulary(GENRES), notes)


def _stream(seed: int, purpose: int, film: int = 0) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(purpose, film)))


def _check_number(value: int, name: str, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(
            f"Expected `{name}` as an integer of at least {least}, received {value!r}."
        )
