"""Poster encoders: an image to a vector and a map of vectors."""

from keras_genre.models.poster_encoders.clip import CLIPPosterEncoder
from keras_genre.models.poster_encoders.cnn64 import CNN64PosterEncoder
from keras_genre.models.poster_encoders.cnn224 import CNN224PosterEncoder
from keras_genre.models.poster_encoders.convnext import ConvNeXtPosterEncoder
from keras_genre.models.poster_encoders.efficientnet import EfficientNetPosterEncoder
from keras_genre.models.poster_encoders.mobilenet import MobileNetPosterEncoder
from keras_genre.models.poster_encoders.resnet import ResNetPosterEncoder
from keras_genre.models.poster_encoders.vit import ViTPosterEncoder

POSTER_ENCODERS = {
    "clip": CLIPPosterEncoder,
    "cnn64": CNN64PosterEncoder,
    "cnn224": CNN224PosterEncoder,
    "convnext": ConvNeXtPosterEncoder,
    "efficientnet": EfficientNetPosterEncoder,
    "mobilenet": MobileNetPosterEncoder,
    "resnet": ResNetPosterEncoder,
    "vit": ViTPosterEncoder,
}
"""Every poster encoder by the name that presets use."""

__all__ = [
    "POSTER_ENCODERS",
    "CLIPPosterEncoder",
    "CNN64PosterEncoder",
    "CNN224PosterEncoder",
    "ConvNeXtPosterEncoder",
    "EfficientNetPosterEncoder",
    "MobileNetPosterEncoder",
    "ResNetPosterEncoder",
    "ViTPosterEncoder",
]
