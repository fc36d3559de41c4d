"""Genres for every film of a CSV file, written to one file, in constant memory."""

from keras_genre.client.bulk.predicting import predict_table
from keras_genre.client.bulk.table_work import BulkSummary

__all__ = ["BulkSummary", "predict_table"]
