import dataclasses
import json
import shutil

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from keras_genre.catalog import MovieCatalog
from keras_genre.data import MovieDataset, shard_plan, write_records
from keras_genre.data.crew_graph import find_neighbors
from keras_genre.data.linking import link_records, poster_vectors
from keras_genre.errors import DatasetError
from keras_genre.genres import GenreVocabulary
from keras_genre.preprocessing import MoviePreprocessor, PlotVectorizer, PosterDecoder

WIDTH = 5


def vectors_of(dataset, seed=0):
    """Random vectors of the training films, and which of them have a poster."""
    films = dataset.films("train").as_numpy_iterator()
    has_poster = np.array([film["poster"] != b"" for film in films])
    rng = np.random.default_rng(seed)
    return rng.normal(size=(len(has_poster), WIDTH)).astype("float32"), has_poster


@pytest.fixture(scope="module")
def vectors(sample_dataset):
    return vectors_of(sample_dataset)


@pytest.fixture(scope="module")
def linked(sample_dataset, vectors, tmp_path_factory):
    folder = tmp_path_factory.mktemp("linked") / "films"
    return link_records(sample_dataset, *vectors, folder, encoder="abc", max_neighbors=3)


@pytest.fixture(scope="module")
def preprocessor(sample_dataset):
    layer = MoviePreprocessor(PlotVectorizer(500, 128), PosterDecoder(16), neighbor_dim=WIDTH)
    layer.adapt(sample_dataset.plots("train"))
    return layer


def loaded(dataset, preprocessor, split, **choices):
    """The tensors of each film, by its id."""
    films = {}
    batches = dataset.load(split, preprocessor, 7, with_ids=True, **choices)
    for tensors, _, movie_ids in batches.as_numpy_iterator():
        for row, movie_id in enumerate(movie_ids):
            films[movie_id.decode()] = {name: value[row] for name, value in tensors.items()}
    return films


@pytest.mark.parametrize("choices", [{}, {"cache": True}, {"bucketed": True}], ids=str)
@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_load_gives_the_vectors_of_training_films_that_share_crew(
    linked, preprocessor, vectors, sample_films, split, choices
):
    frame = sample_films[0].frame.set_index("movie_id")
    order = [film["movie_id"].decode() for film in linked.films("train").as_numpy_iterator()]
    matrix, has_poster = vectors
    films = loaded(linked, preprocessor, split, **choices)
    assert set(films) == set(frame.index[frame["split"] == split])
    several = 0
    for movie_id, film in films.items():
        assert film["neighbor_vectors"].shape == (3, WIDTH)
        crew = set(frame["crew"][movie_id])
        sharing = {
            place
            for place, other in enumerate(order)
            if other != movie_id and crew & set(frame["crew"][other]) and has_poster[place]
        }
        mask = film["neighbor_mask"]
        assert mask.sum() == min(3, len(sharing))
        assert (np.diff(mask.astype(int)) <= 0).all()  # the real ones come first
        np.testing.assert_array_equal(film["neighbor_vectors"][~mask], 0.0)
        for vector in film["neighbor_vectors"][mask]:
            (place,) = np.flatnonzero((matrix == vector).all(axis=1))
            assert place in sharing
        several += mask.sum() > 1
    assert several > 5


def test_neighbors_stand_in_the_order_of_the_graph(linked, preprocessor, vectors, sample_dataset):
    matrix, has_poster = vectors
    crews = sample_dataset.crews("train") + sample_dataset.crews("test")
    candidates = np.concatenate([has_poster, np.zeros(len(crews) - len(has_poster), bool)])
    expected = find_neighbors(crews, candidates, 3)[len(has_poster) :]
    films = loaded(linked, preprocessor, "test").values()
    assert len(films) == len(expected)
    for film, neighbors in zip(films, expected, strict=True):
        np.testing.assert_array_equal(film["neighbor_mask"], neighbors >= 0)
        real = neighbors[neighbors >= 0]
        np.testing.assert_array_equal(film["neighbor_vectors"][: len(real)], matrix[real])


def test_link_records_keeps_everything_else(linked, sample_dataset):
    old, new = sample_dataset.manifest, linked.manifest
    assert new.links == dataclasses.replace(new.links, max_neighbors=3, dim=WIDTH, encoder="abc")
    assert (new.genres, new.poster_size, new.posters, new.text) == (
        old.genres, old.poster_size, old.posters, old.text,
    )  # fmt: skip
    assert (*old.notes, new.notes[-1]) == new.notes
    assert "films have neighbours" in new.notes[-1]
    for split in sample_dataset.splits:
        assert new.splits[split].genre_counts == old.splits[split].genre_counts
        assert linked.crews(split) == sample_dataset.crews(split)
        pairs = zip(linked.films(split), sample_dataset.films(split), strict=True)
        for film, other in pairs:
            assert film.keys() == other.keys()
            assert all((film[name] == other[name]).numpy().all() for name in film)
    linked.verify()


def test_linked_records_are_others_than_those_they_were_made_from(linked, sample_dataset, vectors):
    assert linked.manifest.data_hash != sample_dataset.manifest.data_hash
    assert sample_dataset.manifest.links is None
    assert linked.manifest.source_hash == ""


def test_link_records_again_gives_the_same_bytes(linked, sample_dataset, vectors, tmp_path):
    again = link_records(sample_dataset, *vectors, tmp_path / "a", encoder="abc", max_neighbors=3)
    assert again.manifest == linked.manifest
    relinked = link_records(linked, *vectors, tmp_path / "b", encoder="abc", max_neighbors=3)
    assert relinked.manifest.data_hash == linked.manifest.data_hash
    other = link_records(linked, *vectors, tmp_path / "c", encoder="abc", max_neighbors=2)
    assert other.manifest.data_hash != linked.manifest.data_hash


def test_link_records_in_several_shards_reports_progress(
    sample_dataset, vectors, linked, tmp_path, monkeypatch
):
    monkeypatch.setattr(
        "keras_genre.data.linking.share_out",
        lambda split, rows: shard_plan.share_out(split, rows, films_per_shard=16),
    )
    calls = []
    dataset = link_records(
        sample_dataset, *vectors, tmp_path / "films", "abc", 3, lambda *call: calls.append(call)
    )
    assert len(dataset.manifest.splits["train"].shards) == len(calls) - 4 == 6
    assert calls[-1] == (120, 120)
    assert [r.numpy() for r in dataset.records("train")] == [
        r.numpy() for r in linked.records("train")
    ]


def test_link_records_copies_the_list_of_unreadable_posters(sample_dataset, vectors, tmp_path):
    shutil.copytree(sample_dataset.folder, tmp_path / "films")
    (tmp_path / "films" / "unreadable_posters.csv").write_text("movie_id,poster,reason\n")
    link_records(MovieDataset(tmp_path / "films"), *vectors, tmp_path / "linked", "abc")
    assert (tmp_path / "linked" / "unreadable_posters.csv").exists()


def test_write_records_into_linked_ones_is_refused(linked, sample_films, tmp_path):
    shutil.copytree(linked.folder, tmp_path / "films")
    with pytest.raises(DatasetError, match="exists already"):
        write_records(sample_films[0], tmp_path / "films")


def test_manifest_of_older_records_without_links_loads(sample_dataset, tmp_path):
    shutil.copytree(sample_dataset.folder, tmp_path / "films")
    path = tmp_path / "films" / "manifest.json"
    content = json.loads(path.read_text())
    del content["links"], content["checksum"]
    path.write_text(json.dumps(content))
    assert MovieDataset(tmp_path / "films").manifest == sample_dataset.manifest


def test_poster_vectors_of_a_model_that_sees_no_posters_raise(sample_dataset):
    with pytest.raises(ValueError, match="Expected a poster encoder, received None"):
        poster_vectors(sample_dataset, MoviePreprocessor(poster=PosterDecoder(16)), None)


def test_poster_vectors_are_in_the_order_of_the_records(sample_dataset):
    class Encoder(keras.layers.Layer):
        def call(self, images):
            return {"vector": tf.reduce_mean(tf.cast(images, tf.float16), axis=(1, 2))}

    preprocessor = MoviePreprocessor(poster=PosterDecoder(16))
    vectors, has_poster = poster_vectors(sample_dataset, preprocessor, Encoder(), batch_size=10)
    assert (vectors.dtype, vectors.shape) == ("float32", (len(has_poster), 3))
    np.testing.assert_array_equal(has_poster, vectors_of(sample_dataset)[1])
    films = sample_dataset.films("train").as_numpy_iterator()
    images = preprocessor({"poster": [film["poster"] for film in films]})["poster_image"]
    # Posters of records are decoded sooner, to not quite the same pixels.
    np.testing.assert_allclose(vectors, np.mean(images, axis=(1, 2)), atol=2.0)


# === Records and models that do not go together ===


def test_load_of_records_never_linked_says_how_to_link_them(sample_dataset, preprocessor):
    with pytest.raises(DatasetError, match=r"carry none\. Link them \(keras-genre link\)"):
        sample_dataset.load("train", preprocessor)


def test_load_of_vectors_of_another_width_is_refused(linked):
    preprocessor = MoviePreprocessor(poster=PosterDecoder(16), neighbor_dim=WIDTH + 1)
    with pytest.raises(DatasetError, match=r"vectors of 6 numbers.*carry vectors of 5"):
        linked.load("train", preprocessor)


def test_load_of_linked_records_without_a_wish_for_neighbors_ignores_them(linked, sample_dataset):
    preprocessor = MoviePreprocessor(poster=PosterDecoder(16))
    batches = linked.load("train", preprocessor)
    others = sample_dataset.load("train", preprocessor)
    assert batches.element_spec == others.element_spec
    for batch, other in zip(batches, others, strict=True):
        tf.nest.map_structure(np.testing.assert_array_equal, batch, other)


# === What is refused ===


@pytest.fixture
def refused(sample_dataset, vectors, tmp_path):
    """Links with other arguments than the right ones, and finds the folder missing after it."""

    def refuse(error, match, dataset=sample_dataset, vectors=vectors, max_neighbors=3):
        folder = tmp_path / "out" / "linked"
        with pytest.raises(error, match=match):
            link_records(dataset, *vectors, folder, "abc", max_neighbors)
        assert not folder.parent.exists()

    return refuse


def make_dataset(folder, crews):
    frame = pd.DataFrame({"movie_id": list("abc"), "genres": [["War"]] * 3, "crew": crews})
    frame["split"] = ["train", "train", "test"]
    return write_records(MovieCatalog(frame, GenreVocabulary(["War"])), folder)


def test_link_records_of_films_without_crew_names_sources_that_have_it(refused, tmp_path):
    dataset = make_dataset(tmp_path / "films", [(), (), ()])
    vectors = np.ones((2, 4), "float32"), np.ones(2, bool)
    refused(DatasetError, "No film of .* has crew.*MM-IMDb's raw folder", dataset, vectors)


def test_link_records_of_films_that_share_nobody_is_refused(refused, tmp_path):
    dataset = make_dataset(tmp_path / "films", [("Ann",), ("Bo",), ("Cy",)])
    vectors = np.ones((2, 4), "float32"), np.ones(2, bool)
    refused(DatasetError, "shares crew with a training film that has a poster", dataset, vectors)


def test_link_records_with_vectors_of_other_films_is_refused(refused, vectors):
    matrix, has_poster = vectors
    films = len(matrix)
    shape = rf"Expected vectors of shape \({films}, width\).*received the shape \({films - 1}, 5\)"
    refused(ValueError, shape, vectors=(matrix[1:], has_poster))
    refused(ValueError, r"received the shape \(", vectors=(matrix[:, :0], has_poster))
    refused(ValueError, "has_poster as bool", vectors=(matrix, has_poster[1:]))
    refused(ValueError, "has_poster as bool", vectors=(matrix, has_poster.astype(int)))
    refused(ValueError, "of finite numbers", vectors=(matrix * np.nan, has_poster))
    refused(ValueError, "max_neighbors of at least 1", max_neighbors=0)


def test_link_records_vectors_of_films_without_poster_may_be_anything(
    sample_dataset, linked, vectors, tmp_path
):
    matrix, has_poster = vectors
    assert not has_poster.all()
    noisy = np.where(has_poster[:, None], matrix, np.nan)
    dataset = link_records(sample_dataset, noisy, has_poster, tmp_path / "films", "abc", 3)
    assert dataset.manifest.data_hash == linked.manifest.data_hash


def test_link_records_into_an_existing_folder_is_refused_and_changes_nothing(
    linked, sample_dataset, vectors
):
    before = {path: path.read_bytes() for path in linked.folder.iterdir()}
    with pytest.raises(DatasetError, match="exists already"):
        link_records(sample_dataset, *vectors, linked.folder, "abc")
    assert {path: path.read_bytes() for path in linked.folder.iterdir()} == before


def test_link_records_of_damaged_ones_names_the_shard_and_leaves_nothing(
    sample_dataset, vectors, tmp_path
):
    shutil.copytree(sample_dataset.folder, tmp_path / "films")
    path = next((tmp_path / "films").glob("test-*.tfrecord"))
    content = bytearray(path.read_bytes())
    content[-30] ^= 1
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=f"{path.name} is damaged in record"):
        link_records(MovieDataset(tmp_path / "films"), *vectors, tmp_path / "linked", "abc")
    assert [path.name for path in tmp_path.iterdir()] == ["films"]
