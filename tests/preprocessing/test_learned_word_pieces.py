import pytest

from keras_genre.preprocessing.basic_tokenizer import BasicTokenizer
from keras_genre.preprocessing.learned_word_pieces import learn_word_pieces
from keras_genre.preprocessing.word_counts import count_words

SPECIAL = ("[PAD]", "[UNK]")
PLOTS = ["The heist, the heists!", "Théy plan a heist.", "A plan goes wrong; they planned it."]


def learn(plots, size=100):
    return learn_word_pieces(count_words(plots, BasicTokenizer()), size, SPECIAL)


def test_learned_pieces_are_the_special_ones_every_character_and_frequent_words():
    pieces = learn(PLOTS)
    assert pieces[:2] == list(SPECIAL)
    assert len(set(pieces)) == len(pieces)
    assert {"heist", "the", "plan", "##s", "w", ";", "."} <= set(pieces)
    assert "wrong" not in pieces  # once is no habit


def test_learned_pieces_are_the_same_every_time_and_in_any_order(sample_films):
    plots = list(sample_films[0].frame["plot"])
    first = learn(plots, 2000)
    assert len(first) > 200
    for order in (plots, plots[::-1], sorted(plots)):
        assert learn(order, 2000) == first


@pytest.mark.parametrize("size", [3, 10, 30])
def test_learned_pieces_are_never_more_than_asked_for(size):
    assert len(learn(PLOTS, size)) == size


def test_learned_pieces_of_a_small_vocabulary_begin_with_the_most_frequent_characters():
    assert learn(["aab b bb"], 4) == [*SPECIAL, "##b", "b"]


@pytest.mark.parametrize("plots", [[], ["", " "]])
def test_learned_pieces_of_no_words_are_the_special_ones(plots):
    assert learn(plots) == list(SPECIAL)
