"""Dividing films into train, validation and test."""

import math
from collections.abc import Sequence

import numpy as np

from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.errors import CatalogError
from keras_genre.features import SPLITS


def split_catalog(
    catalog: MovieCatalog,
    validation: float = 0.1,
    test: float = 0.1,
    seed: int = 0,
    groups: Sequence[int] | None = None,
) -> MovieCatalog:
    """Divide all films so that every split has its share of every genre.

    Iterative stratification: a plain random split leaves rare genres to chance. It takes time
    linear in the films: half a second for 26,000, some ten seconds for a million.

    Args:
        catalog: The films; splits that they already have are replaced.
        validation: Share of the films to choose on, between 0 and 1.
        test: Share of the films to report on.
        seed: The same seed gives the same split.
        groups: One number a film; films of the same number come to the same split, so that the
            model is not tested on doubles of what it was trained on (see `duplicate_groups`).
            Each group is divided as one film with all its genres, so that shares are kept
            approximately. A group of more than half of validation or test goes to training.

    Returns:
        The same films in the same order, each with a split.

    Raises:
        ValueError: If the shares leave nothing for training, or there is not one group number a
            film.
        CatalogError: If there are too few films, or groups, for three splits.

    Example:
        >>> catalog = split_catalog(catalog, groups=duplicate_groups(catalog))  # doctest: +SKIP

    Reference:
        Sechidis et al. 2011, "On the Stratification of Multi-Label Data".
    """
    if not (validation > 0 and test > 0 and validation + test < 1):
        raise ValueError(
            f"Expected shares above 0 that leave films for training; "
            f"received validation={validation} and test={test}."
        )
    if len(catalog) * min(validation, test) < 1:
        least = math.ceil(1 / min(validation, test))
        raise CatalogError(
            f"{len(catalog)} films are too few for train, validation and test: expected {least} "
            f"at the least, and hundreds for scores that say much."
        )
    note = f"split by iterative stratification (seed {seed})"
    if groups is None:
        return catalog.with_splits(list(_splits(catalog.labels(), validation, test, seed)), note)
    group_of = _numbered(groups, len(catalog))
    sizes = np.bincount(group_of)
    labels = np.zeros((len(sizes), len(catalog.vocabulary)), dtype=np.float32)
    np.maximum.at(labels, group_of, catalog.labels())
    divided = sizes <= max(1, len(catalog) * min(validation, test) / 2)
    grown = len(catalog) / sizes[divided].sum() if divided.any() else np.inf
    if (validation + test) * grown >= 1:
        raise _too_few(int(divided.sum()), "small groups of films")
    splits = np.full(len(sizes), "train", dtype=object)
    splits[divided] = _splits(labels[divided], validation * grown, test * grown, seed)
    note += f"; {len(catalog)} films in {len(sizes)} groups, none of them parted"
    return catalog.with_splits(list(splits[group_of]), note)


def _numbered(groups: Sequence[int], num_films: int) -> np.ndarray:
    """Groups from 0 on, in the order of their first films."""
    if np.shape(groups) != (num_films,):
        raise ValueError(
            f"Expected one group number for each of {num_films} films; received an array of "
            f"shape {np.shape(groups)}."
        )
    _, first, group_of = np.unique(groups, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[group_of]


def _splits(labels: np.ndarray, validation: float, test: float, seed: int) -> np.ndarray:
    """A split for each row of labels."""
    splits = np.full(len(labels), "train", dtype=object)
    held_out = _stratified_part(labels, validation + test, seed)
    if len(held_out) >= 2:
        splits[held_out] = "validation"
        in_test = _stratified_part(labels[held_out], test / (validation + test), seed)
        splits[held_out[in_test]] = "test"
    if set(splits) != set(SPLITS):
        raise _too_few(len(labels), "films or groups")
    return splits


def _stratified_part(labels: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Row numbers of a stratified part of about `share` of the rows; of few it may be all."""
    from iterstrat.ml_stratifiers import MultilabelStratifiedShuffleSplit

    if math.ceil(share * len(labels)) >= len(labels):  # the splitter refuses to leave none
        return np.arange(len(labels))
    if labels.shape[1] == 1:
        labels = np.hstack([labels, 1 - labels])  # the splitter takes no single label
    splitter = MultilabelStratifiedShuffleSplit(n_splits=1, test_size=share, random_state=seed)
    _, part = next(splitter.split(np.zeros((len(labels), 1)), labels))
    return np.sort(part)


def _too_few(count: int, what: str) -> CatalogError:
    return CatalogError(f"{count} {what} are too few for train, validation and test.")
