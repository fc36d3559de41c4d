import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.preprocessing import PlotVectorizer

WORDS = ["heist", "goes", "wrong"]


def copy(layer):
    """The layer after a round trip through JSON."""
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    return keras.saving.deserialize_keras_object(config)


def ids(layer, plots):
    return layer(tf.constant(plots)).numpy().tolist()


def test_vectorizer_gives_the_ids_of_words_padded_with_zeros():
    layer = PlotVectorizer(vocabulary=WORDS)
    answer = layer(tf.constant(["A heist goes wrong.", "HEIST!"]))
    assert answer.dtype == tf.int32
    assert answer.numpy().tolist() == [[1, 2, 3, 4], [2, 0, 0, 0]]


@pytest.mark.parametrize(
    "plot",
    [
        "heist goes",
        "Heist, goes!",
        "“Heist”—goes…",
        "heist\u00a0goes",
        "heist\n\t goes\r",
        "heist\x00goes",
        "$heist (goes)",
        "\ufeffheist goes\u200b",
        b"heist \xff\xfe goes \xc3",
    ],
)
def test_vectorizer_finds_the_words_between_any_punctuation(plot):
    assert ids(PlotVectorizer(vocabulary=WORDS), [plot]) == [[2, 3]]


def test_vectorizer_lower_cases_any_script():
    layer = PlotVectorizer(vocabulary=["écran", "жизнь"])
    assert ids(layer, ["ÉCRAN Жизнь"]) == [[2, 3]]


@pytest.mark.parametrize("apostrophe", ["'", "’", ""])  # noqa: RUF001
def test_vectorizer_takes_any_apostrophe_for_the_same(apostrophe):
    assert ids(PlotVectorizer(vocabulary=["dont"]), [f"Don{apostrophe}t"]) == [[2]]


@pytest.mark.parametrize(
    "plot", ["", " \n\t", "?!...", "— … “”", "\u00a0\u3000", "\0", b"\xff\xfe"]
)
def test_vectorizer_of_a_plot_without_words_gives_padding_alone(plot):
    assert ids(PlotVectorizer(vocabulary=WORDS), [plot]) == [[0]]


def test_vectorizer_of_no_films_has_a_column():
    assert PlotVectorizer(vocabulary=WORDS)(tf.constant([], tf.string)).shape == (0, 1)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from([*WORDS, "x"])), min_size=1, max_size=4))
def test_vectorizer_never_gives_more_than_max_tokens(plots):
    layer = PlotVectorizer(max_tokens=3, vocabulary=WORDS)
    answer = ids(layer, [" ".join(words) for words in plots])
    number = {word: index for index, word in enumerate(WORDS, start=2)}
    width = max(1, min(3, max(map(len, plots))))
    expected = [[number.get(word, 1) for word in words][:3] for words in plots]
    assert answer == [row + [0] * (width - len(row)) for row in expected]


def _as_bytes(text):
    return text.encode("utf-8", "ignore")


_FIXED = tf.function(
    PlotVectorizer(max_tokens=8, vocabulary=WORDS),
    input_signature=[tf.TensorSpec([None], tf.string)],
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=30) | st.text().map(_as_bytes), min_size=1, max_size=4))
def test_vectorizer_of_any_bytes_gives_ids_of_its_vocabulary(plots):
    answer = _FIXED(tf.constant(plots)).numpy()
    assert answer.shape[0] == len(plots)
    assert 1 <= answer.shape[1] <= 8
    assert answer.min() >= 0
    assert answer.max() <= 4


@pytest.mark.parametrize(
    "plots",
    [
        ["the heist the", "The end."],
        tf.data.Dataset.from_tensor_slices(["the heist the", "The end."]),
        tf.data.Dataset.from_tensor_slices(["the heist the", "The end."]).batch(2),
    ],
    ids=["list", "dataset", "batches"],
)
def test_vectorizer_adapt_learns_the_words_of_its_plots_most_frequent_first(plots):
    layer = PlotVectorizer()
    layer.adapt(plots)
    words = layer.get_vocabulary()
    assert words[0] == "the"
    assert sorted(words) == ["end", "heist", "the"]
    assert {type(word) for word in words} == {str}
    assert ids(layer, ["the unseen"]) == [[2, 1]]


def test_vectorizer_adapt_again_forgets_the_first_plots():
    layer = PlotVectorizer()
    layer.adapt(["old"])
    layer.adapt(["new"])
    assert layer.get_vocabulary() == ["new"]


def test_vectorizer_adapt_keeps_to_the_vocabulary_size():
    layer = PlotVectorizer(vocabulary_size=4)
    layer.adapt(["a a a b b c"])
    assert layer.get_vocabulary() == ["a", "b"]


@pytest.mark.parametrize("plots", [[b"\xff\xfe heist \0", "Écran"], ["a"]])
def test_vectorizer_adapted_to_any_plots_survives_a_round_trip(plots):
    layer = PlotVectorizer(max_tokens=5)
    layer.adapt(plots)
    again = copy(layer)
    assert again.get_vocabulary() == layer.get_vocabulary()
    assert again.max_tokens == 5
    sample = tf.constant(["heist écran a b", ""])
    np.testing.assert_array_equal(again(sample), layer(sample))


def test_vectorizer_adapted_to_plots_without_words_says_so():
    layer = PlotVectorizer()
    with pytest.raises(ValueError, match="No plot has a word to learn"):
        layer.adapt(["", " ?"])
    with pytest.raises(ValueError, match="not learned yet"):
        layer(tf.constant(["a"]))


@pytest.mark.parametrize("make", [PlotVectorizer, lambda: copy(PlotVectorizer())])
def test_vectorizer_used_before_adapt_says_what_to_do(make):
    with pytest.raises(ValueError, match=r"Call preprocessor\.adapt\(dataset\.plots\('train'\)\)"):
        make()(tf.constant(["a"]))


@pytest.mark.parametrize("sizes", [(2, 10), (10, 0)])
def test_vectorizer_of_impossible_sizes_is_refused(sizes):
    with pytest.raises(ValueError, match="Expected vocabulary_size of at least 3"):
        PlotVectorizer(*sizes)


def test_vectorizer_of_a_symbolic_input_gives_the_shape_it_has():
    answer = PlotVectorizer(vocabulary=WORDS)(keras.Input((), dtype="string"))
    assert (answer.shape, answer.dtype) == ((None, None), "int32")
