import numpy as np
import pytest
import tensorflow as tf

from keras_genre.runs import Run, predict


@pytest.fixture(scope="module")
def predictions(tiny_run, sample_dataset):
    return predict(tiny_run.model, tiny_run.preprocessor, sample_dataset, "train", batch_size=16)


def test_prediction_keeps_the_order_of_the_records(predictions, sample_dataset):
    films = list(sample_dataset.films("train").as_numpy_iterator())
    assert predictions.movie_ids.tolist() == [film["movie_id"].decode() for film in films]
    genres = [np.flatnonzero(labels).tolist() for labels in predictions.labels]
    assert genres == [sorted(film["genres"].tolist()) for film in films]


def test_prediction_tells_how_far_it_is(tiny_run, sample_dataset):
    told = []
    run = Run(tiny_run.folder)
    run.predict("test", transform=lambda films: films, progress=lambda *step: told.append(step))
    films = sample_dataset.num_films("test")
    assert told == [(films, films)]
    predict(
        run.model, run.preprocessor, sample_dataset, "train", 16,
        progress=lambda *step: told.append(step),
    )  # fmt: skip
    films = sample_dataset.num_films("train")
    assert told[1:3] == [(16, films), (32, films)]
    assert told[-1] == (films, films)


def test_prediction_of_many_films_is_that_of_each_alone(predictions, tiny_run, sample_dataset):
    for number, film in enumerate(sample_dataset.films("train").take(10)):
        raw = {name: film[name][tf.newaxis] for name in ("plot", "poster")}
        logits = tiny_run.model(tiny_run.preprocessor(raw))
        expected = tf.sigmoid(logits)[0]
        np.testing.assert_allclose(predictions.probabilities[number], expected, atol=1e-6)
