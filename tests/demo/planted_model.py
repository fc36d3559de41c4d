"""A served model that knows what it looks for: the word "heist", and red in a poster's top left."""

import json

import tensorflow as tf

from keras_genre.export.genre_decoder import GenreDecoder
from keras_genre.genres import GenreVocabulary
from keras_genre.scoring import DecisionRule

GENRES = ("Crime", "Drama", "Horror")
THRESHOLDS = (0.5, 0.3, 0.6)
NAME = "planted"


class PlantedModel(tf.Module):
    """A plot with "heist" is Crime, a poster with red in its top left quarter Horror."""

    def __init__(self, rule):
        super().__init__()
        self.decoder = GenreDecoder(rule)

    @tf.function(
        input_signature=[
            tf.TensorSpec([None], tf.string, name="plot"),
            tf.TensorSpec([None], tf.string, name="poster"),
        ],
        autograph=False,
    )
    def serving_default(self, plot, poster):
        heist = tf.strings.regex_full_match(tf.strings.lower(plot), "(?s).*heist.*")
        crime = tf.where(heist, 2.0, -2.0)
        redness = tf.map_fn(_redness, poster, fn_output_signature=tf.float32)
        horror = 8.0 * redness - 3.0
        return self.decoder(tf.stack([crime, tf.zeros_like(crime) - 1.0, horror], axis=1))


def _redness(poster):
    def read():
        image = tf.io.decode_image(poster, channels=3, expand_animations=False)
        image.set_shape([None, None, 3])
        red, green, _ = tf.unstack(tf.cast(image, tf.float32) / 255.0, axis=-1)
        size = tf.shape(red)
        return tf.reduce_mean((red - green)[: size[0] // 2, : size[1] // 2])

    return tf.cond(poster == "", lambda: 0.0, read)


def save_planted_model(saved_models):
    """Save it as version 1, with a manifest as an export writes it."""
    rule = DecisionRule(GenreVocabulary(GENRES), THRESHOLDS, "fixed", fitted_on="")
    model, version = PlantedModel(rule), saved_models / NAME / "1"
    tf.saved_model.save(model, str(version), signatures={"serving_default": model.serving_default})
    (version / "assets.extra").mkdir()
    manifest = {"rule": rule.to_dict()}
    (version / "assets.extra" / "manifest.json").write_text(json.dumps(manifest))
    return saved_models / NAME
