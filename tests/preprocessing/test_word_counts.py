import pytest
import tensorflow as tf

from keras_genre.preprocessing.basic_tokenizer import BasicTokenizer
from keras_genre.preprocessing.word_counts import count_words

PLOTS = ["The heist, the heists!", "", "Théy plan a heist."]


@pytest.mark.parametrize(
    "plots",
    [
        PLOTS,
        tuple(PLOTS),
        tf.data.Dataset.from_tensor_slices(PLOTS),
        tf.data.Dataset.from_tensor_slices(PLOTS).batch(2),
    ],
    ids=["list", "tuple", "dataset", "batches"],
)
def test_word_counts_are_the_same_from_any_container(plots):
    assert count_words(plots, BasicTokenizer()) == {
        **dict.fromkeys((",", "!", ".", "heists", "they", "plan", "a"), 1),
        **dict.fromkeys(("the", "heist"), 2),
    }


@pytest.mark.parametrize("plots", [[], ["", " "]])
def test_word_counts_of_no_words_are_empty(plots):
    assert not count_words(plots, BasicTokenizer())
