"""The plots of a catalogue, on one page: what to know of films before training on them.

One file a family of plots; in each, functions that compute are apart from the one that draws.
"""

from keras_genre.catalog.exploration.drawing import explore

__all__ = ["explore"]
