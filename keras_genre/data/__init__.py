"""The table of films as sharded TFRecords, and as tf.data."""

from keras_genre.data.augmentation import PosterAugmentation
from keras_genre.data.keras_cv_augmentation import KerasCVAugmentation
from keras_genre.data.linking import link_records, poster_vectors
from keras_genre.data.movie_dataset import MovieDataset
from keras_genre.data.records import write_records

__all__ = [
    "KerasCVAugmentation",
    "MovieDataset",
    "PosterAugmentation",
    "link_records",
    "poster_vectors",
    "write_records",
]
