import collections
import json
import subprocess
import sys

import pytest
from byte_pair_reference import BYTES, SPECIAL

from keras_genre.preprocessing.learned_byte_pairs import learn_byte_pairs
from keras_genre.preprocessing.lower_case_words import LowerCaseWords
from keras_genre.preprocessing.word_counts import count_words

PLOTS = ["The heist, the heists!", "Théy plan a heist.", "A plan goes wrong; they planned it."]


def learn(plots, size=1000):
    return learn_byte_pairs(count_words(plots, LowerCaseWords()), size, SPECIAL)


def test_learned_pieces_are_every_byte_frequent_words_and_the_special_ones():
    pieces, merges = learn(PLOTS)
    assert pieces[:512] == BYTES
    assert pieces[-2:] == list(SPECIAL)
    assert len(set(pieces)) == len(pieces)
    assert {"heist</w>", "the</w>", "plan</w>"} <= set(pieces)
    assert "wrong</w>" not in pieces  # once is no habit
    assert [merge.replace(" ", "") for merge in merges] == pieces[512:-2]


def test_learned_pieces_are_the_same_in_any_order_and_process(sample_films):
    plots = list(sample_films[0].frame["plot"])
    first = learn(plots, 1500)
    assert len(first[1]) > 500
    for order in (plots[::-1], sorted(plots)):
        assert learn(order, 1500) == first
    code = (
        "import collections, json, sys\n"
        "from keras_genre.preprocessing.learned_byte_pairs import learn_byte_pairs\n"
        "words = collections.Counter(json.load(sys.stdin))\n"
        "print(json.dumps(learn_byte_pairs(words, 1500, ['a b'])[1]))"
    )
    words = count_words(plots, LowerCaseWords())
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(words),
        capture_output=True,
        text=True,
        check=True,
    )
    merges = learn_byte_pairs(words, 1500, ["a b"])[1]
    assert json.loads(done.stdout) == merges


@pytest.mark.parametrize("size", [515, 520])
def test_learned_pieces_are_never_more_than_asked_for(size):
    pieces, merges = learn(PLOTS, size)
    assert len(pieces) == size
    assert len(merges) == size - 514


def test_learned_pieces_of_no_words_are_bytes_and_the_special_ones():
    assert learn_byte_pairs(collections.Counter(), 1000, SPECIAL) == ([*BYTES, *SPECIAL], [])
