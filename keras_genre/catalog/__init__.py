"""Files in, one clean table of films out."""

from keras_genre.lazy import lazy_names

# name -> the module that holds it. Some need a library that others do without.
_HOMES = {
    "CleaningReport": "cleaning_report",
    "LeakReport": "leak_report",
    "MovieCatalog": "movie_catalog",
    "SyntheticTruth": "synthetic",
    "TmdbCollector": "tmdb",
    "clean": "cleaning",
    "duplicate_groups": "doubles",
    "explore": "exploration",
    "find_leaks": "leaks",
    "genre_graph": "genre_graphs",
    "make_synthetic_catalog": "synthetic",
    "merge_rare_genres": "labels",
    "prune_weak": "genre_graphs",
    "read_labels": "label_table",
    "read_mm_imdb": "mm_imdb",
    "read_mm_imdb_hdf5": "mm_imdb_hdf5",
    "read_poster_csv": "poster_csv",
    "read_tmdb_csv": "tmdb_csv",
    "split_catalog": "splitting",
    "translate_genres": "labels",
    "weak_genres": "genre_graphs",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
