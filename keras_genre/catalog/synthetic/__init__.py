"""Sample films whose best possible score is known."""

from keras_genre.catalog.synthetic.make_catalog import make_synthetic_catalog
from keras_genre.catalog.synthetic.plots import write_plot
from keras_genre.catalog.synthetic.posters import draw_poster
from keras_genre.catalog.synthetic.synthetic_truth import SyntheticTruth

__all__ = ["SyntheticTruth", "draw_poster", "make_synthetic_catalog", "write_plot"]
