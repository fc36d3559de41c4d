"""One film as the bytes of its record: a pure function, whatever runs it."""

import tensorflow as tf

from keras_genre import features
from keras_genre.data.parsing import CREW
from keras_genre.genres import GenreVocabulary


def film_example(film, poster: bytes, vocabulary: GenreVocabulary, text: str) -> bytes:
    """Return a film as a serialized `tf.train.Example`, the same bytes each time.

    Args:
        film: Whatever has `movie_id`, `title`, `plot`, `tagline`, `genres` and `crew` (names),
            for example a row of `MovieCatalog.frame.itertuples()`.
        poster: JPEG bytes as `read_poster` gives them; empty = missing.
        vocabulary: The genres in label order; the record holds indices into it.
        text: What the plot of the record holds, one of `features.TEXTS`.

    Returns:
        What `keras_genre.data.parsing.SCHEMA` describes, and `crew` where the film has one.
    """
    plot = film.plot if text == "plot" else features.join_text(film.plot, film.tagline)
    genres = [vocabulary.index(name) for name in film.genres]
    feature = {
        "movie_id": _bytes_feature(film.movie_id.encode()),
        "title": _bytes_feature(film.title.encode()),
        features.PLOT: _bytes_feature(plot.encode()),
        features.POSTER: _bytes_feature(poster),
        "genres": tf.train.Feature(int64_list=tf.train.Int64List(value=genres)),
    }
    if film.crew:  # a film without has the bytes that it had before records knew of crews
        feature[CREW] = _bytes_feature(*(name.encode() for name in film.crew))
    example = tf.train.Example(features=tf.train.Features(feature=feature))
    return example.SerializeToString(deterministic=True)


def _bytes_feature(*values: bytes) -> tf.train.Feature:
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
