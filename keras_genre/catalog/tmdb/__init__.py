"""Collecting films and their posters from TMDB's API, politely and so that nothing is lost."""

from keras_genre.catalog.tmdb.collection_summary import CollectionSummary
from keras_genre.catalog.tmdb.collector import TmdbCollector

__all__ = ["CollectionSummary", "TmdbCollector"]
