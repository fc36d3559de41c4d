"""explain_by_occlusion: what is lost when a word, or a part of the poster, is not there."""

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from keras_genre.evaluation.explanation.film_explanation import Explanation
from keras_genre.evaluation.explanation.film_parts import (
    Poster,
    Word,
    as_png,
    check_film,
    split_words,
)
from keras_genre.evaluation.explanation.log_odds import log_odds, modality_contributions
from keras_genre.evaluation.explanation.poster_patches import PosterPatches
from keras_genre.genres import GenreVocabulary

Film = tuple[str, bytes]


def explain_by_occlusion(
    predictor,
    plot: str | None = None,
    poster: Poster = None,
    *,
    genres: Sequence[str] | None = None,
    most_windows: int = 100,
    batch_size: int = 32,
    progress: Callable[[int, int], None] | None = None,
) -> Explanation:
    """Explain the genres of one film by leaving parts of it out, whatever the model is.

    Each word is erased in turn, and each patch of the poster painted over in its mean colour; the
    score of a part is what the log-odds of a genre lose without it. Above zero it spoke for the
    genre, below zero against it. Of a plot with more than `most_windows` words, runs of
    neighbouring words are erased together and share the loss equally.

    What two words say both is lost only when both are gone: erased one at a time, each may score
    near zero. The modalities as a whole (`contributions`) do not have that weakness.

    Args:
        predictor: Whatever has `predict(plots, posters)` and returns, for each film, an object
            with `probabilities`, a dict by genre: an `InProcessPredictor`, a `GenreClient`, a
            `RunPredictor`.
        plot: The plot; None or empty where it is missing.
        poster: A path, the bytes of a file, or a Pillow image; None where it is missing.
        genres: The genres to explain; by default all. More cost no more.
        most_windows: Most films that erased words may make. A poster makes about 60 more.
        batch_size: Films handed to the predictor in one call.
        progress: Called as `progress(done, total)` after each call, in films.

    Returns:
        An `Explanation`; `poster_scores` has a cell for about each twelfth of the height.

    Raises:
        ValueError: If plot and poster are both missing, a genre is unknown, or a number is too
            small.
        InvalidRequestError: If the poster cannot be read.

    Example:
        >>> explanation = explain_by_occlusion(  # doctest: +SKIP
        ...     kg.InProcessPredictor("saved_models/lstm"), "A heist goes wrong."
        ... )
        >>> explanation.top_words("Crime", 1)  # doctest: +SKIP
        [('heist', 1.7)]

    Reference:
        Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks",
        arXiv:1311.2901; Li et al. 2016, "Understanding Neural Networks through Representation
        Erasure", arXiv:1612.08220.
    """
    for name, value in (("most_windows", most_windows), ("batch_size", batch_size)):
        if value < 1:
            raise ValueError(f"Expected {name} of at least 1, received {value}.")
    plot, read = check_film(plot, poster)
    words = split_words(plot)
    windows = _windows(words, most_windows)
    patches = None if read.picture is None else PosterPatches(read.picture)
    films = [
        iter([(plot, read.content), (plot, b""), ("", read.content), ("", b"")]),
        ((_without(plot, words[window]), read.content) for window in windows),
    ]
    total = 4 + len(windows)
    if patches:
        # Compared with the same pixels, not with a JPEG that a model decodes in its own way.
        pictures = itertools.chain([as_png(read.picture)], patches.occluded())
        films.append((plot, picture) for picture in pictures)
        total += 1 + len(patches)
    names, probabilities = _ask(predictor, itertools.chain(*films), total, batch_size, progress)
    columns = _columns(names, genres)
    odds = log_odds(probabilities[:, columns])  # (films, genres)
    whole, of_words, of_poster = odds[:4], odds[4 : 4 + len(windows)], odds[4 + len(windows) :]
    return Explanation(
        method="occlusion",
        plot=plot,
        poster=read.picture,
        genres=tuple(names[column] for column in columns),
        probabilities=probabilities[0, columns],
        words=words,
        word_scores=_shared(whole[0] - of_words, windows, len(words)),
        poster_scores=patches.heat(of_poster[0] - of_poster[1:]) if patches else None,
        contributions=modality_contributions(*whole),
        base=whole[3],
    )


def _windows(words: Sequence[Word], most: int) -> list[slice]:
    length = -(-len(words) // most)  # 0 where there is no word
    return [slice(start, start + length) for start in range(0, len(words), length or 1)]


def _without(plot: str, words: Sequence[Word]) -> str:
    """The plot without some neighbouring words, and without the gap that they leave."""
    return f"{plot[: words[0].start]}{plot[words[-1].end :].lstrip()}"


def _shared(drops: np.ndarray, windows: list[slice], num_words: int) -> np.ndarray:
    """Divide the drop of each window among its words: `(words, genres)`."""
    scores = np.zeros((num_words, drops.shape[1]))
    for window, drop in zip(windows, drops, strict=True):
        scores[window] = drop / len(scores[window])
    return scores


def _ask(
    predictor, films: Iterator[Film], total: int, batch_size: int, progress
) -> tuple[list[str], np.ndarray]:
    """The genres' names, and their probabilities for each film, `(films, genres)`."""
    predictions = []
    # Batch by batch, so that no more occluded posters exist at a time than are asked about.
    while batch := list(itertools.islice(films, batch_size)):
        plots, posters = map(list, zip(*batch, strict=True))
        predictions += predictor.predict(plots, posters)
        if progress:
            progress(len(predictions), total)
    if len(predictions) != total:
        raise ValueError(
            f"Expected one prediction a film, {total}, received {len(predictions)} from the "
            f"predictor."
        )
    names = list(predictions[0].probabilities)
    rows = [[prediction.probabilities[name] for name in names] for prediction in predictions]
    return names, np.array(rows)


def _columns(names: Sequence[str], genres: Sequence[str] | None) -> list[int]:
    vocabulary = GenreVocabulary(names)
    if genres is None:
        return list(range(len(vocabulary)))
    return [vocabulary.index(genre) for genre in GenreVocabulary(genres)]
