"""The unit of every explanation: log-odds, in which what speaks for a genre adds up."""

import numpy as np

_SMALLEST = 1e-6  # a probability that was rounded to 0 or 1 has no log-odds


def log_odds(probabilities: np.ndarray) -> np.ndarray:
    """Return the logarithm of p / (1 - p), p clipped to 1e-6 and 1 - 1e-6.

    Near 0 and 1 a probability hardly moves, whatever is done to the film; its log-odds do.
    """
    clipped = np.clip(np.asarray(probabilities, "float64"), _SMALLEST, 1 - _SMALLEST)
    return np.log(clipped) - np.log1p(-clipped)


def modality_contributions(both, plot_alone, poster_alone, neither) -> np.ndarray:
    """Divide the way from a film of which nothing is known to the whole film.

    The Shapley values of a game of two: each modality gets the mean of what it adds to nothing
    and of what it adds to the other one. Together they are `both - neither`.

    Args:
        both: Log-odds of each genre, of shape `(genres,)`.
        plot_alone: The same without the poster.
        poster_alone: The same without the plot.
        neither: The same without either.

    Returns:
        What the plot and what the poster contributed, of shape `(2, genres)`.

    Reference:
        Shapley 1953, "A Value for n-Person Games"; Lundberg and Lee 2017, "A Unified Approach to
        Interpreting Model Predictions", arXiv:1705.07874.
    """
    plot = (plot_alone - neither + both - poster_alone) / 2
    poster = (poster_alone - neither + both - plot_alone) / 2
    return np.stack([plot, poster])
