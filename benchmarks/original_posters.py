"""What scores change when a model is given original poster files instead of its records' posters.

    python benchmarks/original_posters.py --run runs/cnn64 --data data/real --csv movies.csv

Records hold reduced posters, and those who ask a served model send what they have. The test split
is predicted twice by the same preprocessor and model, with the same plots.
"""

import argparse
from pathlib import Path

import numpy as np
import tensorflow as tf

from keras_genre import features
from keras_genre.catalog import read_poster_csv
from keras_genre.data import MovieDataset
from keras_genre.evaluation import paired_interval
from keras_genre.runs import Run
from keras_genre.scoring import Predictions, score


def _predict(run: Run, vocabulary, films: list[dict], posters: list[bytes]) -> Predictions:
    probabilities = []
    for start in range(0, len(films), 64):
        batch = slice(start, start + 64)
        plots = [film[features.PLOT] for film in films[batch]]
        raw = {features.PLOT: plots, features.POSTER: posters[batch]}
        logits = run.model.predict_on_batch(run.preprocessor(raw))
        probabilities.append(tf.sigmoid(logits).numpy())
    labels = np.zeros((len(films), len(vocabulary)), int)
    for row, film in zip(labels, films, strict=True):
        row[film["genres"]] = 1
    return Predictions(
        movie_ids=[film["movie_id"].decode() for film in films],
        labels=labels,
        probabilities=np.concatenate(probabilities),
        vocabulary=vocabulary,
        split="test",
    )


def _original_posters(csv: str, films: list[dict]) -> list[bytes]:
    frame = read_poster_csv(csv).frame.set_index("movie_id")
    paths = [frame.loc[film["movie_id"].decode(), "poster"] for film in films]
    return [Path(path).read_bytes() if path else b"" for path in paths]


def main() -> None:
    """Predict twice, score twice, and print the difference."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", required=True, help="Folder that a training left behind.")
    parser.add_argument("--data", required=True, help="Records made of the CSV.")
    parser.add_argument("--csv", required=True, help="The films, posters beside them.")
    arguments = parser.parse_args()
    run, dataset = Run(arguments.run), MovieDataset(arguments.data)
    films = list(dataset.films("test").as_numpy_iterator())
    posters = {
        "records": [film[features.POSTER] for film in films],
        "original files": _original_posters(arguments.csv, films),
    }
    same = sum(one == other for one, other in zip(*posters.values(), strict=True))
    print(f"{len(films)} films of the test split, {same} with the same bytes in records and file")
    found = {
        name: _predict(run, dataset.vocabulary, films, chosen) for name, chosen in posters.items()
    }
    for name, predictions in found.items():
        overall = score(predictions, run.rule).overall
        print(f"{name:<15} macro F1 {overall['macro_f1']:.4f}  micro F1 {overall['micro_f1']:.4f}")
    records, originals = found.values()
    gap = paired_interval(originals, run.rule, records, run.rule)
    for name in ("macro_f1", "micro_f1"):
        low, high = gap[name].low, gap[name].high
        print(f"gap {name:<11} {gap[name].value:+.4f}, 95% interval {low:+.4f} to {high:+.4f}")
    difference = np.abs(records.probabilities - originals.probabilities)
    most, mean = difference.max(), difference.mean()
    print(f"probabilities differ by {most:.4f} at most, {mean:.5f} on average")


if __name__ == "__main__":
    main()
