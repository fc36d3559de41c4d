import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from byte_pair_reference import BYTES, PLOTS, SPECIAL, learned, reference
from helpers import check_preprocessor
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keras_genre.preprocessing import BytePairTokenizer, MoviePreprocessor

PIECES, MERGES = learned()
REFERENCE = reference(PIECES, MERGES)


def make(**options):
    return BytePairTokenizer(vocabulary=PIECES, merges=MERGES, **options)


def copy(layer):
    """The layer after a round trip through JSON."""
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    return keras.saving.deserialize_keras_object(config)


def pieces(layer, *plots):
    """What the ids of each plot stand for; 0 is padding."""
    names = ["", *layer.get_vocabulary()]
    return [[names[number] for number in row] for row in layer(tf.constant(plots)).numpy()]


def test_tokenizer_gives_the_ids_of_pieces_between_two_marks_padded_with_zeros():
    layer = make()
    assert layer(tf.constant(["a"])).dtype == tf.int32
    assert pieces(layer, "THE Heist", "", "the", " \t") == [
        [SPECIAL[0], "the</w>", "heist</w>", SPECIAL[1]],
        [""] * 4,
        [SPECIAL[0], "the</w>", SPECIAL[1], ""],
        [""] * 4,
    ]


def test_tokenizer_does_not_take_an_exclamation_mark_for_padding():
    # CLIP has it at 0, where there is padding here.
    others = [piece for piece in BYTES if piece != "!"]
    layer = BytePairTokenizer(vocabulary=["!", *others, *SPECIAL], merges=[])
    assert layer(tf.constant(["!!", ""])).numpy().tolist() == [
        [513, 1, layer.get_vocabulary().index("!</w>") + 1, 514],
        [0] * 4,
    ]
    films = MoviePreprocessor(layer)({"plot": ["!!", ""]})
    assert films["has_plot"].numpy().tolist() == [True, False]


def test_tokenizer_takes_the_names_of_special_pieces_for_text():
    (row,) = pieces(make(), "<|endoftext|>")
    assert "".join(row[1:-1]).replace("</w>", " ") == "<| endoftext |> "


@pytest.mark.parametrize("plots", [[""], ["", " \n"], [b"\xff\xc3", "\u3000"]])
def test_tokenizer_of_plots_without_pieces_gives_padding_alone(plots):
    assert make()(tf.constant(plots)).numpy().tolist() == [[0]] * len(plots)


def test_tokenizer_of_no_films_has_a_column():
    assert make()(tf.constant([], tf.string)).shape == (0, 1)


@pytest.mark.parametrize("most", [3, 4, 77])
def test_tokenizer_cuts_long_plots_before_the_last_mark(most):
    plot = "the heist " * 40
    (row,) = pieces(make(max_tokens=most), plot)
    assert row == [SPECIAL[0], *(["the</w>", "heist</w>"] * 40)[: most - 2], SPECIAL[1]]


FIXED = tf.function(
    make(max_tokens=20), input_signature=[tf.TensorSpec([None], tf.string)], autograph=False
)


def expected(texts, most=20):
    start, end = (PIECES.index(piece) + 1 for piece in SPECIAL)
    rows = [[number + 1 for number in row[: most - 2]] for row in REFERENCE(list(texts))]
    rows = [[start, *row, end] if row else [] for row in rows]
    width = max(1, *map(len, rows))
    return [row + [0] * (width - len(row)) for row in rows]


@settings(max_examples=100, deadline=None)
@given(st.lists(PLOTS, min_size=1, max_size=6))
@example(["Cafe\u0301s", "HEIST'S 1945?!", "東京の\u200b", "Å\u0327\u0301", "ﬁ ǅ ß"])
def test_tokenizer_of_any_texts_agrees_with_the_reference(texts):
    assert FIXED(tf.constant(texts)).numpy().tolist() == expected(texts)


def test_tokenizer_of_plots_agrees_with_the_reference(sample_films):
    plots = list(sample_films[0].frame["plot"])
    layer = BytePairTokenizer(1000)
    layer.adapt(plots)
    theirs = reference(layer.get_vocabulary(), layer.get_merges())(plots)
    ours = [[x - 1 for x in row if x][1:-1] for row in layer(tf.constant(plots)).numpy().tolist()]
    assert ours == [row[:75] for row in theirs]
    assert len({x for row in ours for x in row}) > 300


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=30) | st.text().map(str.encode), min_size=1, max_size=4))
def test_tokenizer_of_any_bytes_gives_ids_of_its_vocabulary(plots):
    answer = FIXED(tf.constant(plots)).numpy()
    assert answer.shape[0] == len(plots)
    assert 1 <= answer.shape[1] <= 20
    assert answer.min() >= 0
    assert answer.max() <= len(PIECES)


def test_tokenizer_survives_a_round_trip():
    layer = make(vocabulary_size=900, max_tokens=9)
    again = copy(layer)
    assert (again.get_vocabulary(), again.get_merges()) == (PIECES, MERGES)
    assert (again.vocabulary_size, again.max_tokens) == (900, 9)
    plots = ["The heist's over, unable", ""]
    assert pieces(again, *plots) == pieces(layer, *plots)


def test_tokenizer_gives_the_same_wherever_it_runs():
    tensors = check_preprocessor(
        MoviePreprocessor(make()), {"plot": ["The heist!", "", "cafe\u0301", b"\xff"]}
    )
    assert tensors["has_plot"].tolist() == [True, False, True, False]


def test_tokenizer_adapt_learns_pieces_from_its_plots():
    layer = BytePairTokenizer(600)
    layer.adapt(["old old"])
    layer.adapt(["the heist the", "the heists, heist"])
    assert "old</w>" not in layer.get_vocabulary()
    assert len(layer.get_vocabulary()) < 600
    for each in (layer, copy(layer)):
        (row,) = pieces(each, "The Heist!")
        assert row == [SPECIAL[0], "the</w>", "heist</w>", "!</w>", SPECIAL[1]]


def test_tokenizer_adapt_leaves_a_vocabulary_that_was_given():
    layer = make()
    layer.adapt(["new new"])
    assert (layer.get_vocabulary(), layer.get_merges()) == (PIECES, MERGES)


def test_tokenizer_adapted_to_plots_without_words_says_so():
    layer = BytePairTokenizer()
    with pytest.raises(ValueError, match="No plot has a word to learn"):
        layer.adapt(["", " "])
    with pytest.raises(ValueError, match="not learned yet"):
        layer(tf.constant(["a"]))
    with pytest.raises(ValueError, match="not learned yet"):
        copy(layer)(tf.constant(["a"]))


@pytest.mark.parametrize("sizes", [(514, 10), (600, 2)])
def test_tokenizer_of_impossible_sizes_is_refused(sizes):
    with pytest.raises(ValueError, match="Expected vocabulary_size of at least 515 and max_tokens"):
        BytePairTokenizer(*sizes)


@pytest.mark.parametrize("given", [{"vocabulary": PIECES}, {"merges": MERGES}])
def test_tokenizer_of_half_a_vocabulary_is_refused(given):
    with pytest.raises(ValueError, match=f"or neither; received the {next(iter(given))} alone"):
        BytePairTokenizer(**given)


@pytest.mark.parametrize(
    ("pieces", "merges", "message"),
    [
        ([*BYTES, SPECIAL[0]], [], r"one that lacks <\|endoftext\|>\."),
        ([*BYTES[1:], *SPECIAL], [], "one that lacks Ā"),
        (["[PAD]", "[UNK]"], [], r"lacks <\|startoftext\|>, .* and others"),
        ([*BYTES, *SPECIAL, "a"], [], "has 'a' twice"),
        ([*BYTES, *SPECIAL, *map(str, range(10, 100))], [], "at most 599 pieces, received 604"),
        ([*BYTES, *SPECIAL], ["a b"], "to a third, received 'a b'"),
        ([*BYTES, *SPECIAL], ["a"], "to a third, received 'a'"),
    ],
)
def test_tokenizer_of_another_kind_of_vocabulary_is_refused(pieces, merges, message):
    with pytest.raises(ValueError, match=message):
        BytePairTokenizer(600, vocabulary=pieces, merges=merges)


def test_tokenizer_of_a_symbolic_input_gives_the_shape_it_has():
    answer = make()(keras.Input((), dtype="string"))
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
    plots = ["HEISTS goes wróng, 京ж".encode(), b"", b"un\xffable!", "cafe\u0301".encode()]
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
