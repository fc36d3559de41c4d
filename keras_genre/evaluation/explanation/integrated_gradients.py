"""explain_by_gradients: integrated gradients on word vectors and pixels of a run's model."""

import contextlib
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from keras_genre.evaluation.explanation.attention import attention_of
from keras_genre.evaluation.explanation.film_explanation import Explanation
from keras_genre.evaluation.explanation.film_parts import Poster, check_film, split_words
from keras_genre.evaluation.explanation.film_tensors import FilmTensors, encode, logits_of
from keras_genre.evaluation.explanation.log_odds import modality_contributions
from keras_genre.evaluation.explanation.run_predictor import calibrated
from keras_genre.evaluation.explanation.scaled_embeddings import scaled_embeddings
from keras_genre.evaluation.explanation.token_words import NO_WORD, sums_of_words
from keras_genre.genres import GenreVocabulary
from keras_genre.runs.predicting import sigmoid

_CELLS = 16  # along each side of the grid that pixels are added up in
_BLUR = 1 / 8  # of the height: the blur's standard deviation
_NUM_PROBES = 64
_BATCH = 16  # points of the path at a time


def explain_by_gradients(
    run,
    plot: str | None = None,
    poster: Poster = None,
    *,
    genres: Sequence[str] | int = 3,
    steps: int = 128,
    progress: Callable[[int, int], None] | None = None,
) -> Explanation:
    """Explain the genres of one film by integrated gradients.

    On a straight way from a baseline to the film, the gradient of each genre's logit is
    integrated. The baseline is the same plot with all word vectors zero, marks of the start and
    the end as they are, and the poster blurred until nothing on it can be told. A word's score is
    the sum over its pieces and their vectors, a cell's that over its pixels and colours. All
    scores of a genre together are the logit of the film less that of the baseline, up to
    `completeness_error`; where that is large, take more steps. Gradients by pixels are noisy in
    deep networks, where much cancels out: for posters occlusion tells more.

    Every text and poster encoder of the package is covered, and every fusion head. Films that a
    graph head reads beside the film itself are not explained; a film given by plot and poster
    has none.

    Args:
        run: A `Run`, or anything with its `model` and `preprocessor`; where it has a `rule`, the
            probabilities are calibrated. Scores are of the model's own logits all the same.
        plot: The plot; None or empty where it is missing.
        poster: A path, the bytes of a file, or a Pillow image; None where it is missing.
        genres: The genres to explain, or how many of the most probable. Each takes a backward
            pass a step.
        steps: Points of the way at which gradients are taken, closer where logits change fast.
        progress: Called as `progress(done, total)`, in points.

    Returns:
        An `Explanation`, with attention maps where the model has them.

    Raises:
        ValueError: If plot and poster are both missing, a genre is unknown, a number is too
            small, or the tokens cannot be told by word.
        InvalidRequestError: If the poster cannot be read.

    Example:
        >>> explanation = explain_by_gradients(  # doctest: +SKIP
        ...     kg.Run("runs/lstm"), "A heist goes wrong."
        ... )
        >>> explanation.completeness_error  # doctest: +SKIP
        array([ 0.002, -0.001,  0.   ])

    Reference:
        Sundararajan et al. 2017, "Axiomatic Attribution for Deep Networks", arXiv:1703.01365; on
        blurred baselines, Sturmfels et al. 2020, "Visualizing the Impact of Feature Attribution
        Baselines", doi:10.23915/distill.00022; on uneven steps, Bhat and Raychowdhury 2023,
        "Non-Uniform Interpolation in Integrated Gradients", arXiv:2302.11107.
    """
    for name, value in (("steps", steps), ("genres", genres)):
        if isinstance(value, int) and value < 1:
            raise ValueError(f"Expected {name} of at least 1, received {value}.")
    plot, read = check_film(plot, poster)
    words = split_words(plot)
    film = FilmTensors.prepare(run.preprocessor, words, read)
    views = _views(run.model, film)  # (4, genres)
    columns = _columns(run.model.vocabulary, genres, views[0])
    path = _Path(run.model, film)
    of_tokens, of_pixels = path.integrate(columns, steps, progress)
    word_scores = sums_of_words(of_tokens.T, film.owners, len(words))  # (words, genres)
    cells = None if read.picture is None else _cells(of_pixels)
    total = word_scores.sum(axis=0) + (0.0 if cells is None else cells.sum(axis=(1, 2)))
    present = np.array(bool(words)), np.array(read.picture is not None)
    return Explanation(
        method="integrated gradients",
        plot=plot,
        poster=read.picture,
        genres=tuple(run.model.vocabulary[column] for column in columns),
        probabilities=calibrated(run, sigmoid(views[0]), *present)[columns],
        words=words,
        word_scores=word_scores,
        poster_scores=cells,
        contributions=modality_contributions(*views[:, columns]),
        base=views[3, columns],
        completeness_error=total - path.difference()[columns],
        attention=attention_of(run.model, film, len(words)),
    )


def _views(model, film: FilmTensors) -> np.ndarray:
    """Logits of the film whole, without poster, without plot and without both: `(4, genres)`."""
    modalities = encode(model, film, copies=4)
    shown = {"text": [True, True, False, False], "poster": [True, False, True, False]}
    for name, parts in modalities.items():
        parts["present"] &= tf.constant(shown[name])
    return logits_of(model, modalities).numpy().astype("float64")


def _columns(vocabulary: GenreVocabulary, genres, logits: np.ndarray) -> list[int]:
    if isinstance(genres, int):
        return np.argsort(-logits, kind="stable")[:genres].tolist()
    return [vocabulary.index(genre) for genre in GenreVocabulary(genres)]


class _Path:
    """The straight way from the baseline to a film."""

    def __init__(self, model, film: FilmTensors):
        self._model, self._film = model, film
        self._moves = tf.constant(film.owners != NO_WORD)  # (tokens,)
        image = np.zeros((1, 1, 1, 3), "float32") if film.image is None else film.image
        self._image = tf.constant(image)  # (1, size, size, 3)
        # A plain colour, the usual choice, lies where all places of a map have their kinks at
        # once; with it, gradients on MobileNet were twice as large and cancelled each other.
        spread = image.shape[1] * _BLUR
        self._blank = tf.constant(gaussian_filter(image, (0, spread, spread, 0)))

    def integrate(self, columns, steps: int, progress) -> tuple[np.ndarray, np.ndarray]:
        """Scores of tokens, `(genres, tokens)`, and of pixels, `(genres, size, size)`."""
        edges = self._edges(columns, steps)
        points, weights = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
        of_tokens, of_pixels = 0.0, 0.0
        for start in range(0, steps, _BATCH):
            batch = slice(start, start + _BATCH)
            tokens, pixels = self._gradients(points[batch], columns)
            of_tokens = of_tokens + np.einsum("p,gpt->gt", weights[batch], tokens)
            of_pixels = of_pixels + np.einsum("p,gphw->ghw", weights[batch], pixels)
            if progress:
                progress(min(start + _BATCH, steps), steps)
        return of_tokens, of_pixels

    def difference(self) -> np.ndarray:
        """Logits of the film less those of the baseline, of shape `(genres,)`."""
        baseline, film = self._logits(*self._scales([0.0, 1.0])).numpy().astype("float64")
        return film - baseline

    def _edges(self, columns, steps: int) -> np.ndarray:
        """Ends of the steps, of shape `(steps + 1,)`: short ones where logits change fast.

        Half of the steps are dealt out evenly, half by the change that probes along the way see.
        """
        probes = np.linspace(0, 1, _NUM_PROBES + 1)
        batches = np.array_split(probes, -(-len(probes) // _BATCH))
        logits = np.concatenate([self._logits(*self._scales(batch)).numpy() for batch in batches])
        change = np.abs(np.diff(logits[:, columns], axis=0)) + 1e-6  # (probes, genres)
        share = (change / change.sum(axis=0)).mean(axis=1)
        mass = np.cumsum(np.append(0.0, (share + 1 / _NUM_PROBES) / 2))
        return np.interp(np.linspace(0, mass[-1], steps + 1), mass, probes)

    def _gradients(self, points, columns) -> tuple[np.ndarray, np.ndarray]:
        # Every token and pixel is a number between 0, the baseline, and 1, the film; a gradient by
        # that number is already the sum over the vector or the colours, times the difference.
        scales = self._scales(points)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(scales)
            logits = self._logits(*scales)
            targets = [tf.reduce_sum(logits[:, column]) for column in columns]
        none = tf.UnconnectedGradients.ZERO
        found = [tape.gradient(target, scales, unconnected_gradients=none) for target in targets]
        return tuple(np.stack([each.numpy() for each in part]) for part in zip(*found, strict=True))

    def _scales(self, points) -> tuple[tf.Tensor, tf.Tensor]:
        """A number for each token and pixel at some points of the way."""
        points = tf.constant(points, "float32")
        of_tokens = tf.where(self._moves, points[:, tf.newaxis], 1.0)  # (points, tokens)
        size = self._image.shape[1:3]
        of_pixels = tf.broadcast_to(points[:, tf.newaxis, tf.newaxis], (len(points), *size))
        return of_tokens, of_pixels

    def _logits(self, of_tokens, of_pixels) -> tf.Tensor:
        move = of_pixels[..., tf.newaxis]  # (points, size, size, 1)
        images = self._blank + move * (self._image - self._blank)
        head = self._model.fusion_head
        with contextlib.ExitStack() as scaled:
            if self._model.text_encoder is not None:
                scaled.enter_context(scaled_embeddings(self._model.text_encoder, of_tokens))
            if head.reads_words:
                scaled.enter_context(scaled_embeddings(head.words, of_tokens))
            modalities = encode(self._model, self._film, images, len(of_pixels))
            return logits_of(self._model, modalities)


def _cells(of_pixels: np.ndarray) -> np.ndarray:
    """Add up pixels of shape `(genres, size, size)` in a grid of at most 16x16 cells."""
    size = of_pixels.shape[1]
    starts = np.linspace(0, size, min(_CELLS, size), endpoint=False).astype(int)
    return np.add.reduceat(np.add.reduceat(of_pixels, starts, axis=1), starts, axis=2)
