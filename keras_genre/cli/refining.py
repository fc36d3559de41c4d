"""From the films of a source to the catalogue that is wanted: labels, cleaning, splits, leaks."""

import dataclasses
from pathlib import Path

import click

from keras_genre.cli.output import progress_bar, say
from keras_genre.cli.parameters import Choice
from keras_genre.errors import CatalogError
from keras_genre.genres import MM_IMDB_GENRES, TMDB_GENRES, GenreVocabulary

_LABEL_SETS = {"tmdb": TMDB_GENRES, "mm-imdb": MM_IMDB_GENRES}


@dataclasses.dataclass(frozen=True)
class Refinement:
    """What is to be done with the films of a source, as the options say it."""

    drop_genre: tuple[str, ...]
    label_set: str | None
    merge_below: int | None
    clean: bool
    skip_rule: tuple[str, ...]
    require_plot: bool
    require_poster: bool
    split_anew: bool
    allow_leaks: bool
    seed: int


REFINING_OPTIONS = (
    click.option(
        "--drop-genre", metavar="GENRE", multiple=True, help="Leave a genre out. May be repeated."
    ),
    click.option(
        "--label-set", type=Choice(list(_LABEL_SETS)),
        help="Translate genres into this set of labels; one that it lacks is an error.",
    ),
    click.option(
        "--merge-below", type=click.IntRange(1), metavar="FILMS",
        help='Merge genres with fewer training films than this into "Others".',
    ),
    click.option("--clean", is_flag=True, help="Clean the catalogue, and say what was done."),
    click.option(
        "--skip-rule", metavar="RULE", multiple=True,
        help="Clean without this rule. May be repeated.",
    ),
    click.option("--require-plot", is_flag=True, help="Clean films without a plot away."),
    click.option("--require-poster", is_flag=True, help="Clean films without a poster away."),
    click.option(
        "--split-anew", is_flag=True, help="Divide films 80/10/10, whatever the source says."
    ),
    click.option(
        "--allow-leaks", is_flag=True,
        help="Go on when two splits share a film, and list the pairs.",
    ),
    click.option(
        "--seed", default=0, show_default=True, type=click.IntRange(0), help="Of order and splits."
    ),
)  # fmt: skip
"""Decorators; their values make a `Refinement`."""


def refine(catalog, refinement: Refinement, beside: Path):
    """Return the catalogue that is wanted, every film in a split that shares no film.

    Args:
        catalog: The films of a source.
        refinement: What is to be done with them.
        beside: Path whose name begins those of the lists: `<beside>-cleaning.csv` for what was
            cleaned away, and `<beside>-leaks.csv`.

    Raises:
        CatalogError: If nothing is left, or two splits share a film and that is not allowed.
    """
    from keras_genre.catalog import merge_rare_genres, translate_genres

    if refinement.drop_genre:
        catalog = catalog.drop_genres(refinement.drop_genre)
    if refinement.label_set:
        catalog = translate_genres(catalog, GenreVocabulary(_LABEL_SETS[refinement.label_set]))
    catalog = _cleaned(catalog, refinement, beside)
    if refinement.split_anew or not catalog.splits:
        catalog = _split(catalog, refinement.seed)
    else:
        _check_leaks(catalog, refinement.allow_leaks, beside)
    if refinement.merge_below:
        catalog = merge_rare_genres(catalog, at_least=refinement.merge_below)
    return catalog


def _cleaned(catalog, refinement: Refinement, beside: Path):
    if not refinement.clean:
        if refinement.skip_rule or refinement.require_plot or refinement.require_poster:
            raise click.UsageError(
                "--skip-rule, --require-plot and --require-poster belong to --clean."
            )
        return catalog
    from keras_genre.catalog import clean

    with progress_bar("Checking posters") as progress:
        catalog, report = clean(
            catalog,
            refinement.skip_rule,
            require_plot=refinement.require_plot,
            require_poster=refinement.require_poster,
            progress=progress,
        )
    path = Path(f"{beside}-cleaning.csv")
    report.save(path)
    say(f"{report.summary()}\nEvery film and field of it is listed in {path}.")
    return catalog


def _split(catalog, seed: int):
    """Divide films so that doubles share a split."""
    from keras_genre.catalog import duplicate_groups, split_catalog

    with progress_bar("Comparing posters") as progress:
        groups = duplicate_groups(catalog, progress=progress)
    return split_catalog(catalog, seed=seed, groups=groups)


def _check_leaks(catalog, allowed: bool, beside: Path) -> None:
    from keras_genre.catalog import find_leaks

    with progress_bar("Comparing posters") as progress:
        leaks = find_leaks(catalog, progress=progress)
    if not leaks:
        return
    path = Path(f"{beside}-leaks.csv")
    leaks.save(path)
    text = f"{leaks.summary()}\nAll pairs are listed in {path}."
    if not allowed:
        raise CatalogError(
            f"Splits share films, so scores on them could not be trusted.\n{text}\n"
            "Clean the doubles away (--clean), divide the films anew (--split-anew), or go on "
            "all the same (--allow-leaks)."
        )
    say(f"Warning: {text}")
