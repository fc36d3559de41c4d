"""Genres for every film of a CSV file, written to one file, in constant memory."""

from keras_genre.client.bulk.predicting import BulkSummary, predict_table

__all__ = ["BulkSummary", "predict_table"]
