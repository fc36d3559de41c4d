"""What the signatures of a served model take and give, in words, for its manifest."""

from keras_genre import features

_PLOTS = {
    "plot": "UTF-8 plot of each film; empty = missing",
    "plot+tagline": (
        "UTF-8 text of each film: its plot, a newline, its tagline (either alone, without the "
        "newline, where the other is missing); empty = missing"
    ),
}

_PROBABILITY = "probability of each genre, calibrated by the model's decision rule"


def describe_signatures(text: str) -> dict:
    """Describe every input and output of the served signatures.

    TensorFlow's own `SignatureDef` holds names, types and shapes, and no words.

    Args:
        text: What the model's plots hold, one of `features.TEXTS`.

    Returns:
        From signature to "inputs" and "outputs", each from name to a line.

    Raises:
        ValueError: If `text` is none of `features.TEXTS`.
    """
    if text not in _PLOTS:
        raise ValueError(f"Expected text as one of {', '.join(_PLOTS)}, received {text!r}.")
    plot = _PLOTS[text]
    poster = "JPEG, PNG, GIF, BMP or WebP bytes of each film; empty = missing"
    return {
        "serving_default": {
            "inputs": {features.PLOT: plot, features.POSTER: poster},
            "outputs": {
                features.PROBABILITIES: _PROBABILITY,
                features.SELECTED: (
                    "whether the film gets the genre by the model's decision rule: its probability "
                    "is over the threshold and, with a top_k, among the film's highest; see `rule`"
                ),
                features.GENRES: "the names of the genres; each row the same",
            },
        },
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
    }
