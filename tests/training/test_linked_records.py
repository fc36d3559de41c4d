"""The whole road of a model that reads neighbours: from sample films to a served model."""

import numpy as np
import pytest
import tensorflow as tf

from keras_genre.data.linking import link_records, poster_vectors
from keras_genre.errors import DatasetError
from keras_genre.export import export_run
from keras_genre.models import GenreClassifier
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.runs import Recipe, Run, predict, without_posters
from keras_genre.training import train

RECIPE = Recipe("graph_fusion_small", epochs=1)


@pytest.fixture(scope="module")
def linked(sample_dataset, tmp_path_factory):
    """The sample films, linked with the vectors of an untrained poster encoder."""
    encoder = GenreClassifier.from_preset("cnn64", sample_dataset.vocabulary).poster_encoder
    preprocessor = MoviePreprocessor.from_preset("cnn64")
    vectors, has_poster = poster_vectors(sample_dataset, preprocessor, encoder)
    folder = tmp_path_factory.mktemp("linked") / "films"
    return link_records(sample_dataset, vectors, has_poster, folder, "untrained")


@pytest.fixture(scope="module")
def run(linked, tmp_path_factory):
    return train(RECIPE, linked, tmp_path_factory.mktemp("runs") / "graph")


def test_train_on_records_never_linked_is_refused_and_leaves_nothing(sample_dataset, tmp_path):
    with pytest.raises(DatasetError, match="keras-genre link"):
        train(RECIPE, sample_dataset, tmp_path / "run")
    assert not list(tmp_path.iterdir())


def test_prediction_of_changed_films_keeps_their_neighbors(linked):
    class CountsNeighbors:
        neighbor_dim = 128

        def __call__(self, raw):
            return {"neighbor_mask": raw["neighbor_mask"]}

        def predict_on_batch(self, tensors):
            found = np.sum(tensors["neighbor_mask"], axis=1, keepdims=True)
            return np.tile(found.astype("float32"), (1, len(linked.vocabulary)))

    counting = CountsNeighbors()
    untouched = predict(counting, counting, linked, "validation")
    changed = predict(counting, counting, linked, "validation", transform=without_posters)
    assert (untouched.probabilities > 0.5).any()
    np.testing.assert_array_equal(changed.probabilities, untouched.probabilities)


@pytest.mark.slow
def test_run_read_again_predicts_the_same_with_the_neighbors_of_its_records(run, linked):
    again = Run(run.folder)
    assert again.data_hash == linked.manifest.data_hash
    assert again.preprocessor.neighbor_dim == 128
    saved = again.predict("validation")
    computed = predict(again.model, again.preprocessor, linked, "validation")
    np.testing.assert_array_equal(computed.movie_ids, saved.movie_ids)
    np.testing.assert_allclose(computed.probabilities, saved.probabilities, atol=1e-5)


@pytest.mark.slow
def test_run_served_takes_plot_and_poster_alone_and_knows_no_neighbor(run, linked, tmp_path):
    served = tf.saved_model.load(str(export_run(run, tmp_path))).signatures["serving_default"]
    assert set(served.structured_input_signature[1]) == {"plot", "poster"}
    films = list(linked.films("validation").take(4).as_numpy_iterator())
    raw = {name: tf.constant([film[name] for film in films]) for name in ("plot", "poster")}
    tensors = run.preprocessor(raw)
    assert not np.any(tensors["neighbor_mask"])
    expected = run.rule.calibrated(
        tf.sigmoid(run.model(tensors)), tensors["has_plot"], tensors["has_poster"]
    )
    np.testing.assert_allclose(served(**raw)["probabilities"], expected, atol=1e-5)
