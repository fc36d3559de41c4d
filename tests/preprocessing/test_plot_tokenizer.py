import json
import os
import subprocess
import sys

import keras
import keras_hub
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from word_piece_reference import TEXTS, reference

from keras_genre.preprocessing import PlotTokenizer

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
PIECES = [
    *(
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "heist",
        "goes",
        "wrong",
        "##s",
        ".",
        "!",
        "?",
        "'",
        "[",
    ),
    *("]", "sep", "pad", "un", "##able", "の", "京", "##京", "ж", "##ж", "#", "0", "##0"),
    *_LETTERS[:20],
    *(f"##{letter}" for letter in _LETTERS[:18]),
]
START, END = 2, 3


def copy(layer):
    """The layer after a round trip through JSON."""
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    return keras.saving.deserialize_keras_object(config)


def ids(layer, plots):
    return layer(tf.constant(plots)).numpy().tolist()


def numbers(*pieces):
    return [PIECES.index(piece) for piece in ("[CLS]", *pieces, "[SEP]")]


def test_tokenizer_gives_the_ids_of_pieces_between_two_marks_padded_with_zeros():
    answer = PlotTokenizer(vocabulary=PIECES)(tf.constant(["HEISTS! Zzz", "", "goes", " \t"]))
    assert answer.dtype == tf.int32
    first, last = numbers("heist", "##s", "!", "[UNK]"), numbers("goes")
    assert answer.numpy().tolist() == [first, [0] * 6, [*last, 0, 0, 0], [0] * 6]


def test_tokenizer_takes_the_names_of_special_pieces_for_text():
    expected = numbers("[", "sep", "]", "[", "pad", "]")
    assert ids(PlotTokenizer(vocabulary=PIECES), ["[SEP][PAD]"]) == [expected]


@pytest.mark.parametrize("plots", [[""], ["", " \n"], [b"\xff\x00", "\u200b"]])
def test_tokenizer_of_plots_without_pieces_gives_padding_alone(plots):
    assert ids(PlotTokenizer(vocabulary=PIECES), plots) == [[0]] * len(plots)


def test_tokenizer_of_no_films_has_a_column():
    assert PlotTokenizer(vocabulary=PIECES)(tf.constant([], tf.string)).shape == (0, 1)


@pytest.mark.parametrize(
    ("most", "pieces"), [(3, ["heist"]), (4, ["heist", "##s"]), (5, ["heist", "##s", "goes"])]
)
def test_tokenizer_cuts_long_plots_before_the_last_mark(most, pieces):
    layer = PlotTokenizer(max_tokens=most, vocabulary=PIECES)
    assert ids(layer, ["heists goes wrong"]) == [numbers(*pieces)]


FIXED = tf.function(
    PlotTokenizer(max_tokens=12, vocabulary=PIECES),
    input_signature=[tf.TensorSpec([None], tf.string)],
    autograph=False,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_tokenizer_of_any_texts_agrees_with_the_reference(texts):
    pieces = [e.ids for e in reference(PIECES).encode_batch(texts, add_special_tokens=False)]
    marked = [[START, *row[:10], END] if row else [] for row in pieces]
    width = max(1, *map(len, marked))
    expected = [row + [0] * (width - len(row)) for row in marked]
    assert FIXED(tf.constant(texts)).numpy().tolist() == expected


PLAIN = PlotTokenizer(vocabulary=PIECES)
KERAS_HUB = tf.function(
    keras_hub.tokenizers.BertTokenizer(vocabulary=PIECES, lowercase=True, strip_accents=True),
    input_signature=[tf.TensorSpec([None], tf.string)],
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(" .,!?'-ábcdéghÖst0"), min_size=1, max_size=6))
def test_tokenizer_of_plain_texts_agrees_with_keras_hub(texts):
    theirs = KERAS_HUB(tf.constant(texts)).to_list()
    assert [[x for x in row if x][1:-1] for row in ids(PLAIN, texts)] == theirs


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=30) | st.text().map(str.encode), min_size=1, max_size=4))
def test_tokenizer_of_any_bytes_gives_ids_of_its_vocabulary(plots):
    answer = FIXED(tf.constant(plots)).numpy()
    assert answer.shape[0] == len(plots)
    assert 1 <= answer.shape[1] <= 12
    assert answer.min() >= 0
    assert answer.max() < len(PIECES)


def test_tokenizer_survives_a_round_trip():
    layer = PlotTokenizer(vocabulary_size=90, max_tokens=5, vocabulary=PIECES)
    again = copy(layer)
    assert again.get_vocabulary() == PIECES
    assert (again.vocabulary_size, again.max_tokens) == (90, 5)
    plots = ["heists go wrong, unable", ""]
    assert ids(again, plots) == ids(layer, plots)


def test_tokenizer_adapt_learns_pieces_from_its_plots():
    layer = PlotTokenizer(vocabulary_size=60)
    layer.adapt(["the heist the", "the heists"])
    pieces = layer.get_vocabulary()
    assert pieces[:4] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    expected = [START, pieces.index("the"), pieces.index("heist"), pieces.index("##s"), END]
    assert ids(layer, ["The heist S", "heists"])[1][:2] == [START, pieces.index("heist")]
    assert ids(layer, ["the heists"]) == [expected]
    assert ids(copy(layer), ["the heists"]) == [expected]


def test_tokenizer_adapt_again_forgets_the_first_plots():
    layer = PlotTokenizer()
    layer.adapt(["old old"])
    layer.adapt(["new new"])
    assert "new" in layer.get_vocabulary()
    assert "old" not in layer.get_vocabulary()


def test_tokenizer_adapt_leaves_a_vocabulary_that_was_given():
    layer = PlotTokenizer(vocabulary=PIECES)
    layer.adapt(["new new"])
    assert layer.get_vocabulary() == PIECES


def test_tokenizer_adapted_to_plots_without_words_says_so():
    layer = PlotTokenizer()
    with pytest.raises(ValueError, match="No plot has a word to learn"):
        layer.adapt(["", " "])
    with pytest.raises(ValueError, match="not learned yet"):
        layer(tf.constant(["a"]))


@pytest.mark.parametrize("make", [PlotTokenizer, lambda: copy(PlotTokenizer())])
def test_tokenizer_used_before_adapt_says_what_to_do(make):
    with pytest.raises(ValueError, match=r"Call preprocessor\.adapt\(dataset\.plots\('train'\)\)"):
        make()(tf.constant(["a"]))


@pytest.mark.parametrize("sizes", [(4, 10), (10, 2)])
def test_tokenizer_of_impossible_sizes_is_refused(sizes):
    with pytest.raises(ValueError, match="Expected vocabulary_size of at least 5 and max_tokens"):
        PlotTokenizer(*sizes)


@pytest.mark.parametrize(
    ("pieces", "message"),
    [
        (["[UNK]", "[PAD]", "[CLS]", "[SEP]"], r"\[PAD\] first .*begins with .*lacks none"),
        (["[PAD]", "[UNK]", "a"], r"lacks \[CLS\], \[SEP\]"),
        ([], r"lacks \[PAD\], \[UNK\], \[CLS\], \[SEP\]"),
        ([*PIECES, "heist"], "has 'heist' twice"),
        ([*PIECES, *map(str, range(100, 200))], "at most 100 pieces, received"),
    ],
)
def test_tokenizer_of_another_kind_of_vocabulary_is_refused(pieces, message):
    with pytest.raises(ValueError, match=message):
        PlotTokenizer(vocabulary_size=100, vocabulary=pieces)


def test_tokenizer_of_a_symbolic_input_gives_the_shape_it_has():
    answer = PlotTokenizer(vocabulary=PIECES)(keras.Input((), dtype="string"))
    assert (answer.shape, answer.dtype) == ((None, None), "int32")


_LOAD = """
import sys
import tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
plots = tf.constant([bytes.fromhex(plot) for plot in sys.argv[2:]])
print(model.tokenize(plots).numpy().tolist())
print("keras_genre" in sys.modules, "tensorflow_text" in sys.modules)
"""


def test_tokenizer_that_was_saved_loads_with_tensorflow_alone(tmp_path):
    plots = ["HEISTS goes wróng, 京ж".encode(), b"", b"un\xffable!"]
    module = tf.Module()
    module.layer, module.tokenize = FIXED.python_function, FIXED
    expected = FIXED(tf.constant(plots)).numpy().tolist()
    tf.saved_model.save(module, str(tmp_path / "saved"))
    done = subprocess.run(
        [sys.executable, "-c", _LOAD, tmp_path / "saved", *map(bytes.hex, plots)],
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [str(expected), "False False"]
    assert np.array(expected).any()
