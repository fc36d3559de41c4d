"""explore: from a catalogue to a page of plots."""

import os
from collections.abc import Callable
from pathlib import Path

from keras_genre.catalog.exploration import (
    co_occurrence,
    genre_components,
    genre_frequency,
    genre_network,
    genres_per_film,
    missing_parts,
    plot_length,
    poster_sheet,
    split_balance,
)
from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.errors import CatalogError
from keras_genre.pages.page import render_page
from keras_genre.pages.section import Section
from keras_genre.pages.wording import count
from keras_genre.staging import staged_folder

PAGE = "index.html"


def explore(
    catalog: MovieCatalog,
    folder: str | os.PathLike,
    *,
    merged: MovieCatalog | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Draw what is worth knowing of films before training: their genres, plots and posters.

    Writes `folder/index.html`, one page that needs nothing else (pictures inside, no script, no
    address), and beside it every plot as a PNG file, for reports. Under each plot of the page its
    figures stand as a table. Where there is nothing to draw, the page says why.

    The plots: films of each genre; genres that occur together, as a heat map and as a network;
    genres of a film; principal components of the label vectors; lengths of plots, with the shares
    that fit into 64 to 512 tokens; posters of each genre; missing plots and posters; balance of
    the splits.

    Args:
        catalog: The films. A million take minutes; where plots or posters are chosen at random,
            the page says so.
        folder: Where the files go. It must not exist yet, or be empty; it appears complete or not
            at all.
        merged: The same films after `merge_rare_genres`, to draw their network as well.
        seed: Of the posters chosen and of the network's layout, from 0 to 2**32 - 1. The same
            films and seed give the same files.
        progress: Called as `progress(done, total)` after each part of the page.

    Returns:
        The path of the page.

    Raises:
        CatalogError: If `folder` exists and is not empty, or cannot be written.
        ValueError: If `seed` is no such integer.

    Example:
        >>> catalog = MovieCatalog.load("films.parquet")
        >>> explore(catalog, "exploration", merged=merge_rare_genres(catalog, at_least=100))
        PosixPath('exploration/index.html')
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(f"Expected `seed` as an integer from 0 to 2**32 - 1, received {seed!r}.")
    folder = Path(folder)
    with staged_folder(folder, CatalogError) as stage:
        sections = []
        parts = _parts(catalog, merged, seed)
        for part in parts:
            sections.append(part())
            for plot in sections[-1].plots:
                (stage / f"{plot.name}.png").write_bytes(plot.png)
            if progress:
                progress(len(sections), len(parts))
        (stage / PAGE).write_text(_page(catalog, sections), encoding="utf-8")
    return folder / PAGE


def _page(catalog: MovieCatalog, sections: list[Section]) -> str:
    sizes = catalog.frame["split"].value_counts()
    splits = [f"{split} {int(sizes[split]):,}" for split in catalog.splits]
    text = f"{count(len(catalog), 'film')}, {count(len(catalog.vocabulary), 'genre')}"
    summary = f"{text} ({', '.join(splits)})" if splits else text
    return render_page("Films and genres", summary, sections, catalog.notes)


def _parts(catalog: MovieCatalog, merged: MovieCatalog | None, seed: int) -> tuple[Callable, ...]:
    """What makes each section, in the order of the page."""
    frame, labels, names = catalog.frame, catalog.labels(), catalog.vocabulary.names
    return (
        lambda: genre_frequency.section(labels, names),
        lambda: genres_per_film.section(labels),
        lambda: co_occurrence.section(labels, names),
        lambda: genre_network.section(catalog, merged, seed),
        lambda: genre_components.section(labels, names),
        lambda: plot_length.section(frame["plot"], seed),
        lambda: missing_parts.section(frame),
        lambda: split_balance.section(labels, frame["split"], names),
        lambda: poster_sheet.section(frame, labels, names, seed),
    )
