"""What `InProcessPredictor(bfloat16=True)` changes, on a run's validation films.

    python benchmarks/bfloat16.py RUN SAVED_MODEL

asks the exported version of a run, whose records must still be there, with and without.
"""

import sys

import numpy as np
from sklearn.metrics import f1_score

import keras_genre as kg
from keras_genre.client.films import FilmBatch


def main(run, version):
    films = list(kg.Run(run).dataset.load("validation", lambda raw: raw, 32, shuffle=False))
    labels = np.concatenate([truth for _, truth in films]) > 0
    sides = {name: answers(version, films, name == "bfloat16") for name in ("float32", "bfloat16")}
    for name, (_, selected) in sides.items():
        print(f"{name}: macro F1 {f1_score(labels, selected, average='macro'):.4f}")
    (probabilities, selected), (others, chosen) = sides.values()
    print(f"largest change of a probability: {np.abs(probabilities - others).max():.3f}")
    print(f"decisions that differ: {(selected != chosen).sum()} of {selected.size}")


def answers(version, films, bfloat16):
    """Probabilities of all films and genres, and what is selected."""
    predictor = kg.InProcessPredictor(version, bfloat16=bfloat16)
    said = []
    for raw, _ in films:
        batch = FilmBatch(raw["plot"].numpy().tolist(), raw["poster"].numpy().tolist())
        said += predictor.predict_batch(batch)
    probabilities = np.array([list(film.probabilities.values()) for film in said])
    names = list(said[0].probabilities)
    return probabilities, np.array([[name in film.genres for name in names] for film in said])


if __name__ == "__main__":
    main(*sys.argv[1:])
