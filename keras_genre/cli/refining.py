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
        "--seed", default=0, show_default=True, type=click.IntRange(0, 2**32 - 1),
        help="Of order and splits.",
    ),
)  # fmt: skip
"""Decorators; their values make a `Refinement`."""


def refine(catalog, refinement: Refinement, beside: Path):
    """Return the catalogue that is wanted, every film in a split that shares no film.

    Args:
        catalog: The films of a source.
        refinement: What is to be done with them.
        beside: Leaks are listed in `<beside>-leaks.csv`.

    Returns:
        The catalogue, and a function that lists what was cleaned in `<beside>-cleaning.csv`, to be
        called when the catalogue is kept.

    Raises:
        CatalogError: If nothing is left, or two splits share a film and that is not allowed.
    """
    from keras_genre.catalog import merge_rare_genres, translate_genres

    # A genre may be named as the source has it, or as the label set does.
    dropped_first = [name for name in refinement.drop_genre if name in catalog.vocabulary]
    if dropped_first:
        catalog = catalog.drop_genres(dropped_first)
    if refinement.label_set:
        catalog = translate_genres(catalog, GenreVocabulary(_LABEL_SETS[refinement.label_set]))
    dropped_then = [name for name in refinement.drop_genre if name not in dropped_first]
    if dropped_then:
        catalog = catalog.drop_genres(dropped_then)
    catalog, list_cleaning = _cleaned(catalog, refinement, Path(f"{beside}-cleaning.csv"))
    if refinement.split_anew or not catalog.splits:
        catalog = _split(catalog, refinement.seed)
        Path(f"{beside}-leaks.csv").unlink(missing_ok=True)  # of an earlier attempt
    else:
        _check_leaks(catalog, refinement.allow_leaks, beside)
    if refinement.merge_below:
        catalog = merge_rare_genres(catalog, at_least=refinement.merge_below)
    return catalog, list_cleaning


def _cleaned(catalog, refinement: Refinement, path: Path):
    if not refinement.clean:
        if refinement.skip_rule or refinement.require_plot or refinement.require_poster:
            raise click.UsageError(
                "--skip-rule, --require-plot and --require-poster belong to --clean."
            )
        return catalog, lambda: None
    from keras_genre.catalog import clean

    with progress_bar("Checking posters") as progress:
        catalog, report = clean(
            catalog,
            refinement.skip_rule,
            require_plot=refinement.require_plot,
            require_poster=refinement.require_poster,
            progress=progress,
        )
    say(report.summary())

    def list_cleaning():
        report.save(path)
        say(f"Every film dropped and field changed is listed in {path}.")

    return catalog, list_cleaning


def _split(catalog, seed: int):
    """Divide films so that doubles share a split."""
    from keras_genre.catalog import duplicate_groups, split_catalog

    with progress_bar("Comparing posters") as progress:
        groups = duplicate_groups(catalog, progress=progress)
    return split_catalog(catalog, seed=seed, groups=groups)


def _check_leaks(catalog, allowed: bool, beside: Path) -> None:
    from keras_genre.catalog import find_leaks

    path = Path(f"{beside}-leaks.csv")
    with progress_bar("Comparing posters") as progress:
        leaks = find_leaks(catalog, progress=progress)
    if not leaks:
        path.unlink(missing_ok=True)  # of an earlier attempt
        return
    leaks.save(path)
    text = f"{leaks.summary()}\nAll pairs are listed in {path}."
    if not allowed:
        raise CatalogError(
            f"Splits share films, so scores on them could not be trusted.\n{text}\n"
            "Clean the doubles away (--clean), divide the films anew (--split-anew), or go on "
            "all the same (--allow-leaks)."
        )
    say(f"Warning: {text}")
