"""Vectors that tell what sample films were made from, as a frozen encoder of them would."""

import numpy as np

from keras_genre.runs.features import Features


def film_features(truth, rows=slice(None), noise=0.5, width=24):
    """`Features` of text (theme and tone) and poster (scene and hero), of films by row number."""
    present = {"text": truth.has_plot, "poster": truth.has_poster}
    features = {}
    for number, modality in enumerate(present):
        random = np.random.default_rng(number)
        cues = truth.cues[:, 2 * number : 2 * number + 2]
        told = np.concatenate([np.eye(cue.max() + 1)[cue] for cue in cues.T], axis=1)
        vectors = told @ random.normal(size=(told.shape[1], width))
        vectors += noise * random.normal(size=vectors.shape)
        vectors[~present[modality]] = 0
        ids = tuple(np.array(truth.movie_ids)[rows].tolist())
        features[modality] = Features(ids, present[modality][rows], vectors[rows].astype("float32"))
    return features
