import numpy as np
import pytest

from keras_genre.errors import KerasGenreError, WeightsError
from keras_genre.models.text_encoders import BiLSTMAttentionTextEncoder
from keras_genre.models.word_vectors import (
    read_word_vectors,
    set_word_vectors,
    word_vectors_width,
)

VECTORS = {"heist": [1.0, 2.0, 3.0], "new york": [4.0, 5.0, 6.0], "été": [7.0, 8.0, 9.0]}


def write_text(path, vectors=VECTORS):
    lines = [f"{word} {' '.join(map(str, numbers))}\n" for word, numbers in vectors.items()]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def write_npz(path):
    np.savez(path, words=np.array(list(VECTORS)), vectors=np.array(list(VECTORS.values())))
    return path


@pytest.fixture(params=["text", "npz"])
def file(request, tmp_path):
    if request.param == "text":
        return write_text(tmp_path / "glove.txt")
    return write_npz(tmp_path / "glove.npz")


def make_encoder():
    encoder = BiLSTMAttentionTextEncoder(6, embedding_dim=3, hidden_dim=2, num_layers=1)
    encoder.build((None, None))
    return encoder


def test_set_word_vectors_known_words_set_and_all_else_stays(file):
    encoder = make_encoder()
    before = encoder.embedding.embeddings.numpy()
    assert set_word_vectors(encoder, ["zzz", "été", "heist"], str(file)) == 2
    after = encoder.embedding.embeddings.numpy()
    np.testing.assert_array_equal(after[[3, 4]], [VECTORS["été"], VECTORS["heist"]])
    np.testing.assert_array_equal(after[[0, 1, 2, 5]], before[[0, 1, 2, 5]])


def test_read_word_vectors_reads_the_asked_for_words_alone(file):
    vectors = read_word_vectors(file, ["new york", "zzz"])
    assert list(vectors) == ["new york"]
    assert vectors["new york"].dtype == "float32"
    np.testing.assert_array_equal(vectors["new york"], VECTORS["new york"])


def test_word_vectors_width_is_that_of_the_file(file):
    assert word_vectors_width(file) == 3


def test_word_vectors_width_of_no_such_file_refused(tmp_path):
    (tmp_path / "empty.txt").touch()
    with pytest.raises(WeightsError, match=r"Line 1 of the word vectors"):
        word_vectors_width(tmp_path / "empty.txt")
    with pytest.raises(WeightsError, match=r"no file of word vectors .*glove\.txt"):
        word_vectors_width(tmp_path / "glove.txt")


def test_set_word_vectors_other_width_refused(tmp_path):
    path = write_text(tmp_path / "glove.txt", {"heist": [1.0, 2.0]})
    with pytest.raises(WeightsError, match=r"2 numbers a word.*has 3\. Choose embedding_dim=2"):
        set_word_vectors(make_encoder(), ["heist"], path)


def test_set_word_vectors_no_word_known_refused(file):
    with pytest.raises(WeightsError, match="know none of the 1 words"):
        set_word_vectors(make_encoder(), ["zzz"], file)


def test_set_word_vectors_more_words_than_rows_refused(file):
    with pytest.raises(ValueError, match=r"at most 4 words.*received 5"):
        set_word_vectors(make_encoder(), list("abcde"), file)


@pytest.mark.parametrize("num_bytes", [0, 3, 20, -1])
def test_read_word_vectors_half_a_download_refused(tmp_path, num_bytes):
    path = write_text(tmp_path / "glove.txt")
    path.write_bytes(path.read_bytes()[:num_bytes])
    with pytest.raises(WeightsError, match="Download the file again"):
        read_word_vectors(path, VECTORS)


def test_read_word_vectors_half_an_npz_or_other_keys_refused(tmp_path):
    path = write_npz(tmp_path / "glove.npz")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(WeightsError, match="cannot be read"):
        read_word_vectors(path, VECTORS)
    np.savez(path, words=np.array(["heist"]))
    with pytest.raises(WeightsError, match="cannot be read"):
        read_word_vectors(path, VECTORS)
    np.savez(path, words=np.array(["heist"]), vectors=np.ones((2, 3)))
    with pytest.raises(WeightsError, match=r"Expected \(words,\) and \(words, width\)"):
        read_word_vectors(path, VECTORS)


def test_read_word_vectors_a_word_that_is_no_number_names_its_line(tmp_path):
    path = tmp_path / "glove.txt"
    path.write_text("heist 1.0 2.0\nspy 1.0 x\n", encoding="utf-8")
    with pytest.raises(WeightsError, match="Line 2"):
        read_word_vectors(path, ["spy"])


def test_read_word_vectors_missing_file_named(tmp_path):
    with pytest.raises(KerasGenreError, match=r"no file of word vectors .*gone\.txt"):
        read_word_vectors(tmp_path / "gone.txt", ["heist"])
