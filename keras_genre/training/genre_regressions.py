"""A penalised logistic regression for each genre."""

import numpy as np
from sklearn.linear_model import LogisticRegression


def fit_each_genre(
    features, labels: np.ndarray, inverse_penalty: float, most_steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Fit what a linear layer of logits takes.

    Args:
        features: `(films, features)`, dense or sparse.
        labels: Zeros and ones of shape `(films, genres)`.
        inverse_penalty: The `C` of scikit-learn.
        most_steps: Of its solver.

    Returns:
        Weights, `(features, genres)`, and biases, `(genres,)`; zeros for a genre that no film has,
        or all have.
    """
    kernel = np.zeros((features.shape[1], labels.shape[1]))
    biases = np.zeros(labels.shape[1])
    for genre, has in enumerate(labels.T):
        if 0 < has.sum() < len(has):
            regression = LogisticRegression(C=inverse_penalty, max_iter=most_steps)
            fitted = regression.fit(features, has)
            kernel[:, genre], biases[genre] = fitted.coef_[0], fitted.intercept_[0]
    return kernel, biases
