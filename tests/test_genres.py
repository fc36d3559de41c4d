import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_genre.genres import MM_IMDB_GENRES, TMDB_GENRES, GenreVocabulary

MM_IMDB = GenreVocabulary(MM_IMDB_GENRES)


def test_vocabulary_of_names_is_a_sequence_in_their_order():
    vocabulary = GenreVocabulary(["War", "Drama", "Sci-Fi"])
    assert list(vocabulary) == ["War", "Drama", "Sci-Fi"]
    assert vocabulary.names == ("War", "Drama", "Sci-Fi")
    assert (len(vocabulary), vocabulary[1], vocabulary[-1]) == (3, "Drama", "Sci-Fi")
    assert vocabulary[:2] == ("War", "Drama")
    assert [vocabulary.index(name) for name in vocabulary] == [0, 1, 2]
    assert list(reversed(vocabulary)) == ["Sci-Fi", "Drama", "War"]


def test_vocabulary_label_sets_hold_their_documented_genres():
    assert (len(MM_IMDB), len(GenreVocabulary(TMDB_GENRES))) == (23, 19)
    assert "Music" in MM_IMDB
    assert MM_IMDB.index("Music") != MM_IMDB.index("Musical")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("Drama", r"bare string 'Drama'. Write \['Drama'\]"),
        (b"Drama", "bare string"),
        ([], "at least one genre"),
        (["Drama", "War", "Drama"], "'Drama' stands twice"),
        (["Sci-Fi", "Science Fiction"], "'Science Fiction' stands twice"),
        (["Drama", ""], "non-empty"),
        (["Drama", " War"], "without outer spaces; received ' War'"),
        (["Drama", 3], "as strings in a vocabulary, received 3"),
    ],
)
def test_vocabulary_of_wrong_names_is_refused(names, message):
    with pytest.raises(ValueError, match=message):
        GenreVocabulary(names)


@pytest.mark.parametrize("names", [["Sci-Fi"], ["Science Fiction"]])
def test_vocabulary_asked_for_either_spelling_finds_the_genre(names):
    vocabulary = GenreVocabulary(["Drama", *names])
    for spelling in ("Sci-Fi", "Science Fiction"):
        assert spelling in vocabulary
        assert vocabulary.index(spelling) == 1
        assert vocabulary.encode([spelling]).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("SciFi", "Sci-Fi"),
        ("comdy", "Comedy"),
        ("DRAMA", "Drama"),
        ("science fiction", "Sci-Fi"),
    ],
)
def test_vocabulary_asked_for_an_unknown_genre_names_the_close_match(name, close):
    assert name not in MM_IMDB
    with pytest.raises(ValueError, match=f"Unknown genre '{name}'.*23.*Did you mean '{close}'"):
        MM_IMDB.index(name)
    with pytest.raises(ValueError, match=f"Did you mean '{close}'"):
        MM_IMDB.encode(["Drama", name])


def test_vocabulary_asked_for_something_far_off_proposes_nothing():
    with pytest.raises(ValueError, match="Expected one of the 23") as caught:
        MM_IMDB.index("xyzzy")
    assert "Did you mean" not in str(caught.value)


@pytest.mark.parametrize("name", [None, 3, ["Drama"]])
def test_vocabulary_asked_for_no_string_does_not_have_it(name):
    assert name not in MM_IMDB
    with pytest.raises(ValueError, match="Unknown genre"):
        MM_IMDB.index(name)


def test_vocabulary_encode_bare_string_is_refused():
    with pytest.raises(ValueError, match="bare string 'Drama'"):
        MM_IMDB.encode("Drama")


@given(st.sets(st.sampled_from(MM_IMDB_GENRES)), st.randoms())
def test_vocabulary_encode_then_decode_gives_the_genres_in_order(genres, random):
    shuffled = list(genres)
    random.shuffle(shuffled)
    labels = MM_IMDB.encode(shuffled)
    assert labels.dtype == "float32"
    assert labels.shape == (23,)
    assert labels.sum() == len(genres)
    assert MM_IMDB.decode(labels) == tuple(name for name in MM_IMDB_GENRES if name in genres)
    assert MM_IMDB.decode(labels.astype(bool)) == MM_IMDB.decode(labels)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.zeros(22), r"shape \(23,\), received \(22,\)"),
        (np.zeros((1, 23)), r"received \(1, 23\)"),
        (np.full(23, 0.5), "thresholds"),
        (np.full(23, np.nan), "zeros and ones"),
    ],
)
def test_vocabulary_decode_of_no_multi_hot_vector_is_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        MM_IMDB.decode(labels)


def test_vocabularies_compare_by_names_and_order():
    one, same, other = map(GenreVocabulary, (["A", "B"], ["A", "B"], ["B", "A"]))
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != ("A", "B")
    assert eval(repr(one)) == one
