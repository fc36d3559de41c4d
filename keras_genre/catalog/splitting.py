"""Dividing films into train, validation and test."""

import numpy as np

from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.errors import CatalogError
from keras_genre.features import SPLITS


def split_catalog(
    catalog: MovieCatalog, validation: float = 0.1, test: float = 0.1, seed: int = 0
) -> MovieCatalog:
    """Divide all films so that every split has its share of every genre.

    Iterative stratification: a plain random split leaves rare genres to chance.

    Args:
        catalog: The films; splits that they already have are replaced.
        validation: Share of the films to choose on, between 0 and 1.
        test: Share of the films to report on.
        seed: The same seed gives the same split.

    Returns:
        The same films in the same order, each with a split.

    Raises:
        CatalogError: If there are too few films for three splits.

    Reference:
        Sechidis et al. 2011, "On the Stratification of Multi-Label Data".
    """
    if not (validation > 0 and test > 0 and validation + test < 1):
        raise ValueError(
            f"Expected shares above 0 that leave films for training; "
            f"received validation={validation} and test={test}."
        )
    too_few = CatalogError(f"{len(catalog)} films are too few for train, validation and test.")
    if len(catalog) * min(validation, test) < 1:
        raise too_few
    labels = catalog.labels()
    splits = np.full(len(catalog), "train", dtype=object)
    held_out = _stratified_part(labels, validation + test, seed)
    if len(held_out) < 2:
        raise too_few
    splits[held_out] = "validation"
    splits[held_out[_stratified_part(labels[held_out], test / (validation + test), seed)]] = "test"
    if set(splits) != set(SPLITS):
        raise too_few
    note = f"split by iterative stratification (seed {seed})"
    return catalog.with_splits(list(splits), note)


def _stratified_part(labels: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Row numbers of a stratified part of about `share` of the rows."""
    from iterstrat.ml_stratifiers import MultilabelStratifiedShuffleSplit

    if labels.shape[1] == 1:
        labels = np.hstack([labels, 1 - labels])  # the splitter takes no single label
    splitter = MultilabelStratifiedShuffleSplit(n_splits=1, test_size=share, random_state=seed)
    _, part = next(splitter.split(np.zeros((len(labels), 1)), labels))
    return np.sort(part)
