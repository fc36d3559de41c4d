"""Files in, one clean table of films out."""

from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.catalog.poster_csv import read_poster_csv
from keras_genre.catalog.splitting import split_catalog
from keras_genre.catalog.synthetic import SyntheticTruth, make_synthetic_catalog

__all__ = [
    "MovieCatalog",
    "SyntheticTruth",
    "make_synthetic_catalog",
    "read_poster_csv",
    "split_catalog",
]
