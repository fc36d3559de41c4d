"""Every preset, in one place that tests and tables walk over."""

from keras_genre.presets.fusion import FUSION_PRESETS
from keras_genre.presets.poster import POSTER_PRESETS
from keras_genre.presets.text import TEXT_PRESETS

PRESETS = {**TEXT_PRESETS, **POSTER_PRESETS, **FUSION_PRESETS}
"""Every preset of the package, by name."""
