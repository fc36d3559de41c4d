"""Text encoders: word ids to a vector and one vector a token."""

from keras_genre.models.text_encoders.lstm import LSTMTextEncoder

TEXT_ENCODERS = {"lstm": LSTMTextEncoder}
"""Every text encoder by the name that presets use."""

__all__ = ["TEXT_ENCODERS", "LSTMTextEncoder"]
