"""What the signatures of a served model take and give, in words, for its manifest."""

from collections.abc import Iterable

from keras_genre import features

_PLOTS = {
    "plot": "UTF-8 plot of each film; empty = missing",
    "plot+tagline": (
        "UTF-8 text of each film: its plot, a newline, its tagline (either alone, without the "
        "newline, where the other is missing); empty = missing"
    ),
}

_TENSORS = {
    features.PLOT_TOKEN_IDS: "numbers of each plot's words by the model's vocabulary; 0 = padding",
    features.HAS_PLOT: "whether the film has a plot",
    features.POSTER_IMAGE: "the poster in RGB, 0 to 255, scaled into the model's square",
    features.HAS_POSTER: "whether the film has a poster",
    features.NEIGHBOR_VECTORS: "posters of films of the same people, as the encoder sees them",
    features.NEIGHBOR_MASK: "whether there is such a film",
}

_PROBABILITY = "probability of each genre, calibrated by the model's decision rule"


def describe_signatures(text: str, tensors: Iterable[str]) -> dict:
    """Describe every input and output of the served signatures.

    TensorFlow's own `SignatureDef` holds names, types and shapes, and no words.

    Args:
        text: What the model's plots hold, one of `features.TEXTS`.
        tensors: Names of the tensors that the model takes.

    Returns:
        From signature to "inputs" and "outputs", each from name to a line.

    Raises:
        ValueError: If `text` is none of `features.TEXTS`.
    """
    if text not in _PLOTS:
        raise ValueError(f"Expected text as one of {', '.join(_PLOTS)}, received {text!r}.")
    plot = _PLOTS[text]
    poster = "JPEG, PNG, GIF, BMP or WebP bytes of each film; empty = missing"
    films = {features.PLOT: plot, features.POSTER: poster}
    answer = {
        features.PROBABILITIES: _PROBABILITY,
        features.SELECTED: (
            "whether the film gets the genre by the model's decision rule: its probability "
            "is over the threshold and, with a top_k, among the film's highest; see `rule`"
        ),
        features.GENRES: "the names of the genres; each row the same",
    }
    return {
        "serving_default": {"inputs": films, "outputs": answer},
        "classify": {
            "inputs": {
                "inputs": (
                    f"serialized tf.Example of each film with two bytes features: "
                    f"{features.PLOT} ({plot}) and {features.POSTER} ({poster})"
                )
            },
            "outputs": {
                "classes": "the names of the genres; each row the same",
                "scores": _PROBABILITY,
            },
        },
        "tokens": {"inputs": {name: _TENSORS[name] for name in tensors}, "outputs": answer},
        "embed": {
            "inputs": films,
            "outputs": {features.EMBEDDING: "the film as the model's last layer sees it"},
        },
    }
