"""Model configurations by name. Plain data: listing them imports nothing heavy."""

from keras_genre.presets.changing import RANDOM_WEIGHTS
from keras_genre.presets.combining import get_preset
from keras_genre.presets.fusion import FUSION_PRESETS
from keras_genre.presets.poster import POSTER_PRESETS
from keras_genre.presets.preset import Preset
from keras_genre.presets.registry import PRESETS
from keras_genre.presets.text import TEXT_PRESETS

__all__ = [
    "FUSION_PRESETS",
    "POSTER_PRESETS",
    "PRESETS",
    "RANDOM_WEIGHTS",
    "TEXT_PRESETS",
    "Preset",
    "get_preset",
]
