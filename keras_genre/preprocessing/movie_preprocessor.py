"""MoviePreprocessor: raw films to the tensors of a model."""

import keras
import tensorflow as tf

from keras_genre import features
from keras_genre.preprocessing.byte_pair_files import read_byte_pairs
from keras_genre.preprocessing.byte_pair_tokenizer import BytePairTokenizer
from keras_genre.preprocessing.plot_tokenizer import PlotTokenizer
from keras_genre.preprocessing.plot_vectorizer import PlotVectorizer
from keras_genre.preprocessing.poster_decoder import PosterDecoder
from keras_genre.preprocessing.word_piece_files import read_word_pieces
from keras_genre.presets import RANDOM_WEIGHTS, get_preset


@keras.saving.register_keras_serializable(package="keras_genre")
class MoviePreprocessor(keras.layers.Layer):
    """Turns plots and posters into the tensors that one model takes.

    It runs in tf.data while training and, the same object, inside the served graph. A modality
    that the model does not read is not prepared.

    Args:
        plot: A `PlotVectorizer`, `PlotTokenizer` or `BytePairTokenizer`, or None for a model that
            reads no plot.
        poster: A `PosterDecoder`, or None for a model that sees no poster.
        neighbor_dim: Width of the vectors of a film's neighbours, or 0 for a model that reads
            none. Linked records carry them; a film that comes as plot and poster alone, as served
            ones do, has no neighbour.

    Call with a dict of strings `{"plot": (batch,), "poster": (batch,)}`, or of scalars for one
    film; an empty string is a missing plot or poster. Returns a dict of `plot_token_ids`,
    `has_plot`, `poster_image`, `has_poster`, `neighbor_vectors` and `neighbor_mask`, as far as the
    model takes them (see `keras_genre.features`). `has_plot` is False where a plot has no word.

    Example:
        >>> preprocessor = MoviePreprocessor.from_preset("concat_fusion_small")
        >>> preprocessor.adapt(["A heist goes wrong."])
        >>> sorted(preprocessor({"plot": ["A heist!"], "poster": [b""]}))
        ['has_plot', 'has_poster', 'plot_token_ids', 'poster_image']
    """

    def __init__(self, plot=None, poster=None, neighbor_dim=0, **kwargs):
        super().__init__(trainable=False, **kwargs)
        if plot is None and poster is None:
            raise ValueError("Expected a plot layer, a poster layer, or both; received neither.")
        self.plot = plot
        self.poster = poster
        self.neighbor_dim = neighbor_dim

    @classmethod
    def from_preset(cls, name: str, plot_vocabulary=None, **changes) -> "MoviePreprocessor":
        """Make the preprocessor of a preset; words that come with no weights `adapt` learns.

        Args:
            name: A preset, for example "concat_fusion_small".
            plot_vocabulary: Where the pieces of words of the encoder's pretrained weights come
                from (see `keras_genre.preprocessing.word_piece_files` and `byte_pair_files`): the
                weights themselves, or their files. "random" to learn them; None for those of the
                preset's `text_weights`.
            **changes: As in `GenreClassifier.from_preset`: what the model is given, its
                preprocessor is given too.

        Raises:
            ValueError: If there is no such preset, its vocabulary is always learned, or a change
                does not suit it.
            WeightsError: If the vocabulary cannot be read.
        """
        preset = get_preset(name, **changes)
        plot = poster = None
        if preset.text_encoder:
            plot = _make_plot_layer(name, preset, plot_vocabulary)
        if preset.poster_encoder:
            poster = PosterDecoder(preset.image_size)
        return cls(plot, poster, preset.neighbor_dim)

    def adapt(self, plots) -> None:
        """Learn the plot vocabulary, where there is one to learn.

        One that came with pretrained weights stays as it is.

        Args:
            plots: Training plots, for example `dataset.plots("train")`. Never those of other
                splits: their words would leak.
        """
        if self.plot is not None:
            self.plot.adapt(plots)

    def __call__(self, films, **kwargs):
        for name, layer in ((features.PLOT, self.plot), (features.POSTER, self.poster)):
            if layer is not None and name not in films:
                raise ValueError(
                    f"Expected films as a dict with {name!r}, received {list(films)}. Where it is "
                    f"missing, give empty strings."
                )
        # Keras takes tensors alone; a list of strings is what people have.
        films = {
            name: value if keras.backend.is_keras_tensor(value) else _as_strings(value, name)
            for name, value in films.items()
        }
        return super().__call__(films, **kwargs)

    def prepare_stored(self, films) -> dict:
        """Prepare a batch as records hold it: as a call does, but sooner.

        Args:
            films: As in a call; the posters are upright JPEGs, as `write_records` stores them, or
                missing. Any other format is masked. With `neighbor_vectors` and `neighbor_mask`
                where records are linked.

        Returns:
            What a call returns.
        """
        return self._prepare(films, self.poster and self.poster.decode_stored)

    def prepare_plots(self, films) -> dict:
        """Prepare all of a batch but its posters: as a call does, with `poster` as it came.

        The layer `poster` decodes those, later or elsewhere, into the tensors that are missing.

        Args:
            films: As in a call.
        """
        return self._prepare(films, lambda posters: {features.POSTER: posters})

    def build(self, input_shape):
        self.built = True  # nothing here depends on a shape

    def call(self, films):
        if any(value.shape.rank == 0 for value in films.values()):
            batch = {name: value[tf.newaxis] for name, value in films.items()}
            batch = self._prepare(batch, self.poster)
            return {name: value[0] for name, value in batch.items()}
        return self._prepare(films, self.poster)

    def _prepare(self, films, decode):
        tensors = {}
        if self.plot is not None:
            ids = self.plot(films[features.PLOT])
            tensors[features.PLOT_TOKEN_IDS] = ids
            tensors[features.HAS_PLOT] = tf.reduce_any(ids != 0, axis=1)
        if self.poster is not None:
            tensors.update(decode(films[features.POSTER]))
        if self.neighbor_dim:
            tensors.update(self._neighbors(films))
        return tensors

    def _neighbors(self, films):
        if features.NEIGHBOR_VECTORS in films:
            return {
                name: films[name] for name in (features.NEIGHBOR_VECTORS, features.NEIGHBOR_MASK)
            }
        batch = tf.shape(next(iter(films.values())))[0]
        return {
            features.NEIGHBOR_VECTORS: tf.zeros((batch, 1, self.neighbor_dim)),
            features.NEIGHBOR_MASK: tf.zeros((batch, 1), tf.bool),
        }

    def get_config(self):
        config = super().get_config()
        del config["trainable"], config["dtype"]
        serialize = keras.saving.serialize_keras_object
        layers = {"plot": serialize(self.plot), "poster": serialize(self.poster)}
        return {**config, **layers, "neighbor_dim": self.neighbor_dim}

    @classmethod
    def from_config(cls, config):
        """Make the layer, vocabulary and all, from `get_config()`."""
        config = dict(config)
        for name in ("plot", "poster"):
            config[name] = keras.saving.deserialize_keras_object(config[name])
        return cls(**config)


def _make_plot_layer(name, preset, plot_vocabulary):
    sizes = (preset.vocabulary_size, preset.max_tokens)
    if preset.tokenizer != "words":
        source = plot_vocabulary or preset.text_weights
        is_learned = source in (None, RANDOM_WEIGHTS)
        if preset.tokenizer == "byte_pair":
            return BytePairTokenizer(*sizes, *(() if is_learned else read_byte_pairs(source)))
        return PlotTokenizer(*sizes, None if is_learned else read_word_pieces(source))
    if plot_vocabulary is not None:
        raise ValueError(
            f"The preset {name!r} learns its words from the training plots, received "
            f"plot_vocabulary={plot_vocabulary!r}. Leave it out."
        )
    return PlotVectorizer(*sizes)


def _as_strings(value, name: str):
    try:
        return tf.convert_to_tensor(value, tf.string)
    except (TypeError, ValueError) as cause:
        raise ValueError(f"Expected {name!r} as strings, received {value!r:.200}.") from cause
