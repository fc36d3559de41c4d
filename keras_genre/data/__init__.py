"""The table of films as sharded TFRecords, and as tf.data."""

from keras_genre.data.augmentation import PosterAugmentation
from keras_genre.data.keras_cv_augmentation import KerasCVAugmentation
from keras_genre.data.movie_dataset import MovieDataset
from keras_genre.data.records import write_records

__all__ = ["KerasCVAugmentation", "MovieDataset", "PosterAugmentation", "write_records"]
