import io

import numpy as np
import pytest
import tensorflow as tf
from byte_pair_reference import SPECIAL, learned, reference
from helpers import check_preprocessor
from PIL import Image

from keras_genre.preprocessing import MoviePreprocessor, PlotVectorizer, PosterDecoder
from keras_genre.presets import PRESETS


def poster(shade, kind="JPEG"):
    out = io.BytesIO()
    Image.new("RGB", (20, 30), (shade, 99, 20)).save(out, kind)
    return out.getvalue()


FILMS = {
    "plot": [b"A heist goes wrong.", b"", b" ?! ", b"heist \xff heist \0", b"x " * 50],
    "poster": [poster(200), poster(10, "PNG"), b"", b"<html>", poster(90)[:-80]],
}
TENSORS = {
    "plot_token_ids": "int32",
    "has_plot": "bool",
    "poster_image": "uint8",
    "has_poster": "bool",
}


@pytest.fixture
def preprocessor():
    preprocessor = MoviePreprocessor(PlotVectorizer(50, 6), PosterDecoder(8))
    preprocessor.adapt(["A heist goes wrong."])
    return preprocessor


def test_preprocessor_gives_the_same_tensors_wherever_it_runs(preprocessor):
    tensors = check_preprocessor(preprocessor, FILMS)
    assert {name: value.dtype for name, value in tensors.items()} == TENSORS
    assert tensors["plot_token_ids"].shape == (5, 6)
    assert tensors["poster_image"].shape == (5, 8, 8, 3)
    assert tensors["has_plot"].tolist() == [True, False, False, True, True]
    assert tensors["has_poster"].tolist() == [True, True, False, False, False]


def test_plots_prepared_and_posters_decoded_later_give_what_a_call_gives(preprocessor):
    tensors = preprocessor.prepare_plots({name: tf.constant(FILMS[name]) for name in FILMS})
    assert set(tensors) == {"plot_token_ids", "has_plot", "poster"}
    tensors |= preprocessor.poster(tensors.pop("poster"))
    expected = preprocessor(FILMS)
    assert set(tensors) == set(expected)
    for name, value in expected.items():
        np.testing.assert_array_equal(tensors[name], value)


@pytest.mark.parametrize(
    ("layers", "names"),
    [
        ({"plot": PlotVectorizer(vocabulary=["heist"])}, {"plot_token_ids", "has_plot"}),
        ({"poster": PosterDecoder(8)}, {"poster_image", "has_poster"}),
    ],
)
def test_preprocessor_of_one_modality_gives_its_tensors_alone(layers, names):
    preprocessor = MoviePreprocessor(**layers)
    assert set(check_preprocessor(preprocessor, FILMS)) == names
    alone = {name: FILMS[name] for name in layers}
    assert set(preprocessor(alone)) == names


def test_preprocessor_of_all_posters_missing_masks_all(preprocessor):
    raw = {"plot": ["heist"] * 3, "poster": [""] * 3}
    tensors = check_preprocessor(preprocessor, raw)
    assert not tensors["has_poster"].any()
    assert not tensors["poster_image"].any()


def test_preprocessor_of_no_films_gives_empty_tensors(preprocessor):
    tensors = preprocessor({"plot": [], "poster": []})
    shapes = {name: tuple(value.shape) for name, value in tensors.items()}
    assert shapes == {
        "plot_token_ids": (0, 1),
        "has_plot": (0,),
        "poster_image": (0, 8, 8, 3),
        "has_poster": (0,),
    }


@pytest.mark.parametrize("kind", [list, tuple, np.array, tf.constant])
def test_preprocessor_takes_strings_in_any_container(preprocessor, kind):
    plots = preprocessor({"plot": kind(["a heist", ""]), "poster": kind(["", ""])})
    assert plots["has_plot"].numpy().tolist() == [True, False]


def test_preprocessor_of_a_single_film_gives_it_without_a_batch(preprocessor):
    tensors = preprocessor({"plot": "A heist", "poster": FILMS["poster"][0]})
    assert tensors["plot_token_ids"].shape == (2,)
    assert tensors["poster_image"].shape == (8, 8, 3)
    assert bool(tensors["has_plot"])
    assert bool(tensors["has_poster"])


def test_preprocessor_of_neighbors_gives_a_film_that_comes_alone_none():
    layers = {"plot": PlotVectorizer(vocabulary=["heist"]), "poster": PosterDecoder(8)}
    preprocessor = MoviePreprocessor(**layers, neighbor_dim=7)
    tensors = check_preprocessor(preprocessor, FILMS)
    assert set(tensors) == {*TENSORS, "neighbor_vectors", "neighbor_mask"}
    vectors, mask = tensors["neighbor_vectors"], tensors["neighbor_mask"]
    assert (vectors.dtype, vectors.shape) == ("float32", (5, 1, 7))
    assert (mask.dtype, mask.shape) == ("bool", (5, 1))
    assert not vectors.any()
    assert not mask.any()


def test_preprocessor_of_neighbors_passes_on_those_of_records():
    preprocessor = MoviePreprocessor(PlotVectorizer(vocabulary=["heist"]), neighbor_dim=7)
    stored = {"neighbor_vectors": tf.ones((2, 3, 7)), "neighbor_mask": tf.ones((2, 3), tf.bool)}
    tensors = preprocessor.prepare_stored({"plot": tf.constant(["heist", ""]), **stored})
    assert all(tensors[name] is value for name, value in stored.items())


def test_preprocessor_saved_before_there_were_neighbors_has_none(preprocessor):
    config = preprocessor.get_config()
    del config["neighbor_dim"]
    assert MoviePreprocessor.from_config(config).neighbor_dim == 0


def test_preprocessor_inside_a_function_gives_the_same(preprocessor):
    spec = tf.TensorSpec([None], tf.string)
    traced = tf.function(preprocessor, input_signature=[{"plot": spec, "poster": spec}])
    answer = traced({name: tf.constant(value) for name, value in FILMS.items()})
    for name, value in preprocessor(FILMS).items():
        np.testing.assert_array_equal(answer[name], value)


def test_preprocessor_saved_in_a_module_gives_the_same_after_loading(preprocessor, tmp_path):
    class Served(tf.Module):
        def __init__(self):
            super().__init__()
            self.preprocessor = preprocessor

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string)] * 2)
        def __call__(self, plot, poster):
            return self.preprocessor({"plot": plot, "poster": poster})

    expected = preprocessor(FILMS)
    tf.saved_model.save(Served(), str(tmp_path / "saved"))
    answer = tf.saved_model.load(str(tmp_path / "saved"))(*map(tf.constant, FILMS.values()))
    assert answer.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(answer[name], value)


def test_preprocessor_learns_the_adapted_plots_alone(sample_dataset, sample_films):
    preprocessor = MoviePreprocessor(PlotVectorizer())
    preprocessor.adapt(sample_dataset.plots("train"))
    known = set(preprocessor.plot.get_vocabulary())
    words = {
        split: {
            word.strip(".,;:!?'\"()").lower().replace("'", "").replace("-", "")
            for plot in sample_films[0].select(split).frame["plot"]
            for word in plot.split()
        }
        - {""}
        for split in ("train", "validation", "test")
    }
    assert known == words["train"]
    unseen = (words["validation"] | words["test"]) - words["train"]
    assert unseen
    ids = preprocessor({"plot": sorted(unseen)})["plot_token_ids"]
    assert set(ids.numpy().ravel().tolist()) == {1}


def test_preprocessor_used_before_adapt_says_what_to_do():
    preprocessor = MoviePreprocessor.from_preset("concat_fusion_small")
    with pytest.raises(ValueError, match=r"Call preprocessor\.adapt\(dataset\.plots\('train'\)\)"):
        preprocessor(FILMS)


@pytest.mark.parametrize("name", ["plot", "poster"])
def test_preprocessor_without_a_feature_it_reads_names_it(preprocessor, name):
    films = {key: value for key, value in FILMS.items() if key != name}
    with pytest.raises(ValueError, match=f"Expected films as a dict with '{name}'"):
        preprocessor(films)


def test_preprocessor_of_no_strings_is_refused(preprocessor):
    with pytest.raises(ValueError, match="Expected 'plot' as strings, received"):
        preprocessor({"plot": [None], "poster": [""]})
    with pytest.raises(ValueError, match="Expected 'poster' as strings"):
        preprocessor({"plot": [""], "poster": [3]})


def test_preprocessor_of_nothing_is_refused():
    with pytest.raises(ValueError, match="received neither"):
        MoviePreprocessor()


@pytest.mark.parametrize("name", PRESETS)
def test_preprocessor_from_a_preset_has_its_sizes(name):
    preset = PRESETS[name]
    preprocessor = MoviePreprocessor.from_preset(name, PRESETS[name].text_weights and "random")
    assert (preprocessor.plot is None) == (preset.text_encoder is None)
    assert (preprocessor.poster is None) == (preset.poster_encoder is None)
    assert preprocessor.neighbor_dim == preset.neighbor_dim
    if preprocessor.plot:
        assert preprocessor.plot.max_tokens == preset.max_tokens
        assert preprocessor.plot.vocabulary_size == preset.vocabulary_size
    if preprocessor.poster:
        assert preprocessor.poster.image_size == preset.image_size


def test_preprocessor_from_an_unknown_preset_names_the_close_match():
    with pytest.raises(ValueError, match="Did you mean 'concat_fusion_small'"):
        MoviePreprocessor.from_preset("concat_fusion_smal")


def test_preprocessor_of_preset_reads_the_words_of_the_weights_that_the_model_takes(monkeypatch):
    asked = []
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "heist"]
    reader = f"{MoviePreprocessor.__module__}.read_word_pieces"
    monkeypatch.setattr(reader, lambda source: asked.append(source) or pieces)
    assert MoviePreprocessor.from_preset("minilm").plot.get_vocabulary() == pieces
    assert MoviePreprocessor.from_preset("minilm", "folder").plot.get_vocabulary() == pieces
    assert MoviePreprocessor.from_preset("minilm", "random").plot.get_vocabulary() == []
    assert asked == [PRESETS["minilm"].text_weights, "folder"]


def test_preprocessor_of_clip_reads_the_byte_pairs_of_the_weights_that_the_model_takes(tmp_path):
    pieces, merges = learned()
    reference(pieces, merges).save_to_preset(str(tmp_path))
    preprocessor = MoviePreprocessor.from_preset("clip_text", tmp_path)
    preprocessor.adapt(["new new new"])
    assert preprocessor.plot.get_vocabulary() == pieces
    assert preprocessor.plot.get_merges() == merges
    ids = preprocessor({"plot": ["The heist", "the " * 100, ""]})["plot_token_ids"].numpy()
    marks = [pieces.index(mark) + 1 for mark in SPECIAL]
    words = [number + 1 for number in reference(pieces, merges)(["the heist"])[0]]
    assert ids[0, :4].tolist() == [marks[0], *words, marks[1]]
    assert ids.shape == (3, 77)
    assert ids[1, [0, -1]].tolist() == marks
    assert not ids[2].any()


def test_preprocessor_of_clip_with_random_weights_learns_its_byte_pairs():
    preprocessor = MoviePreprocessor.from_preset("clip_fusion", "random")
    preprocessor.adapt(["the heist", "the heist"])
    assert "heist</w>" in preprocessor.plot.get_vocabulary()
    assert preprocessor.poster.image_size == 224
