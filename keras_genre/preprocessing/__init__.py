"""Keras layers from strings and bytes to tensors: the same objects in tf.data and when served."""

from keras_genre.preprocessing.byte_pair_tokenizer import BytePairTokenizer
from keras_genre.preprocessing.movie_preprocessor import MoviePreprocessor
from keras_genre.preprocessing.plot_tokenizer import PlotTokenizer
from keras_genre.preprocessing.plot_vectorizer import PlotVectorizer
from keras_genre.preprocessing.poster_decoder import PosterDecoder

__all__ = [
    "BytePairTokenizer",
    "MoviePreprocessor",
    "PlotTokenizer",
    "PlotVectorizer",
    "PosterDecoder",
]
