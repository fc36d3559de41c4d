"""MM-IMDb as one HDF5 file: labels, posters without their mean, plots as numbers."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from keras_genre.catalog.mm_imdb_made_posters import made_posters, mark_posters
from keras_genre.catalog.mm_imdb_posters import write_posters
from keras_genre.catalog.mm_imdb_splits import OFFICIAL_SIZES, genre_note, size_note, split_of_rows
from keras_genre.catalog.mm_imdb_tables import GenreTable, checked_images, open_hdf5, read_ids
from keras_genre.catalog.mm_imdb_words import read_plots, read_words
from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.errors import CatalogError
from keras_genre.staging import staged_folder


def read_mm_imdb_hdf5(
    path: str | Path,
    posters: str | Path,
    metadata: str | Path | None = None,
    allow_pickle: bool = False,
    split_sizes: Sequence[int] = tuple(OFFICIAL_SIZES.values()),
    progress: Callable[[int, int], None] | None = None,
) -> MovieCatalog:
    """Read `multimodal_imdb.hdf5`, and turn its posters back into JPEG files.

    The genres stand in the order of the file. The rows of the file are the films of train, then
    of validation, then of test. The file holds no titles, years or crew, and posters of 160x256
    pixels. A poster of nothing but zeros was never written: it counts as missing. Plots are
    numbers; their words are in `metadata.npy`, lower-cased, with `N` for each digit and `_UNK_`
    for rare words. A model that shall read plots as people write them needs `read_mm_imdb`.
    Films are called as `read_mm_imdb` calls them. `catalog.notes` tells what was left out.

    Args:
        path: The HDF5 file.
        posters: A folder to be made, for `<imdb number>.jpg`. One that was made from the same
            file earlier is used as it is.
        metadata: `metadata.npy`, for the plots. Without it no film has a plot.
        allow_pickle: True says that `metadata` may be read, which can run any code that whoever
            made the file put there.
        split_sizes: How many rows are train, validation and test. The file of 25,959 films needs
            no other than the default.
        progress: Called as `progress(done, films)` while posters are written, if they are.

    Returns:
        A `MovieCatalog` with absolute poster paths.

    Raises:
        ValueError: If `metadata` is given without `allow_pickle`, or `split_sizes` are no sizes.
        CatalogError: If a file cannot be read, is not laid out as expected, or has another number
            of films than `split_sizes`; or if `posters` cannot be written, or exists and was not
            made from this file.

    Example:
        >>> catalog = read_mm_imdb_hdf5("multimodal_imdb.hdf5", "posters")  # doctest: +SKIP

    Reference:
        Arevalo et al. 2017, "Gated Multimodal Units for Information Fusion", arXiv:1702.01992.
    """
    if metadata is not None and not allow_pickle:
        raise ValueError(
            f"{metadata} is a pickle: reading it runs code in the file, whatever that does. If you "
            "trust where it came from, say so with allow_pickle=True (--allow-pickle); or leave "
            "metadata out, or read the raw folder, which has the plots as text."
        )
    sizes = _checked_sizes(split_sizes)
    path = Path(path)
    with open_hdf5(path) as file:
        genres = GenreTable.read(file, path)
        frame = pd.DataFrame({"movie_id": read_ids(file, path, len(genres))})
        _check_number(len(frame), sizes, path)
        frame["genres"] = genres.names(frame["movie_id"])
        frame["split"] = split_of_rows(sizes)
        images = checked_images(file, path, len(frame))
        notes = [size_note(dict(zip(OFFICIAL_SIZES, sizes, strict=True)))]
        if metadata is None:
            notes.append("no plots (their words are in metadata.npy: --metadata)")
        else:
            frame["plot"] = read_plots(file, path, frame["movie_id"], read_words(Path(metadata)))
            notes.append("plots in lower case, with N for each digit and _UNK_ for rare words")
        with_genres = frame["genres"].map(bool)
        if not with_genres.any():
            raise CatalogError(f"{path}: no film has a genre. Expected at least one.")
        notes += genre_note(int((~with_genres).sum()), genres.vocabulary)
        folder = Path(posters).resolve()
        names = [f"{movie_id}.jpg" for movie_id in frame["movie_id"]]
        there = made_posters(folder, path, frame["movie_id"], names)
        if there is None:
            with staged_folder(folder, CatalogError) as stage:
                targets = [
                    stage / name if kept else None
                    for name, kept in zip(names, with_genres, strict=True)
                ]
                there = write_posters(images, path, targets, progress)
                mark_posters(stage, path, frame["movie_id"], names)
    frame["poster"] = [
        str(folder / name) if found else "" for name, found in zip(names, there, strict=True)
    ]
    frame = frame[with_genres]
    notes.append(
        f"{sum(there)} posters of 160x256 pixels, {len(frame) - sum(there)} films without "
        "(all zeros in the file)"
    )
    return MovieCatalog(frame, genres.vocabulary, notes)


def _checked_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    numbers = isinstance(sizes, list | tuple) and all(
        isinstance(size, int | np.integer) and size >= 0 for size in sizes
    )
    if not numbers or len(sizes) != len(OFFICIAL_SIZES):
        raise ValueError(
            f"Expected split_sizes as three numbers of rows (train, validation, test), "
            f"received {sizes!r}."
        )
    return tuple(int(size) for size in sizes)


def _check_number(num_films: int, sizes: tuple[int, ...], path: Path) -> None:
    if num_films != sum(sizes):
        expected = " + ".join(f"{size:,}" for size in sizes)
        raise CatalogError(
            f"{path} holds {num_films:,} films; expected {sum(sizes):,} = {expected} (train, "
            "validation, test). Splits go by position here, so they cannot be told of another "
            "file: download it anew, or name its sizes with split_sizes=(train, validation, test)."
        )
