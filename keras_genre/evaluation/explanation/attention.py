"""attention_maps: where a model looked, read from its own attention layers."""

import numpy as np
import tensorflow as tf

from keras_genre.evaluation.explanation.film_explanation import AttentionMaps
from keras_genre.evaluation.explanation.film_parts import Poster, check_film, split_words
from keras_genre.evaluation.explanation.film_tensors import FilmTensors, encode
from keras_genre.evaluation.explanation.token_words import sums_of_words
from keras_genre.models import GenreClassifier
from keras_genre.models.fusion_heads import AttentionFusionHead
from keras_genre.models.fusion_heads.fusion_head import token_mask
from keras_genre.models.text_encoders import BiLSTMAttentionTextEncoder


def attention_maps(run, plot: str | None = None, poster: Poster = None) -> AttentionMaps | None:
    """Read where a model looked at a film.

    Of an attention fusion head: how much the places of the poster looked at each word, and where
    on the poster each word looked. Of a BiLSTM with attention, how its words were weighed. Other
    models, among them transformers, whose self-attention does not lead to the logits directly,
    have no maps.

    Args:
        run: A `Run`, or anything with its `model` and `preprocessor`.
        plot: The plot; None or empty where it is missing.
        poster: A path, the bytes of a file, or a Pillow image; None where it is missing.

    Returns:
        The maps; None where the model has none, or the film lacks what is looked at.

    Raises:
        ValueError: If plot and poster are both missing, or the tokens cannot be told by word.
        InvalidRequestError: If the poster cannot be read.
    """
    plot, read = check_film(plot, poster)
    words = split_words(plot)
    film = FilmTensors.prepare(run.preprocessor, words, read)
    return attention_of(run.model, film, len(words))


def attention_of(model: GenreClassifier, film: FilmTensors, num_words: int) -> AttentionMaps | None:
    """As `attention_maps`, of a film that is prepared."""
    if not film.has_plot:
        return None
    if isinstance(model.fusion_head, AttentionFusionHead) and film.has_poster:
        return _of_head(model, film, num_words)
    if isinstance(model.text_encoder, BiLSTMAttentionTextEncoder):
        return _of_pooling(model.text_encoder, film, num_words)
    return None


def _of_head(model, film, num_words) -> AttentionMaps:
    head, modalities = model.fusion_head, encode(model, film)
    text_mask, poster_mask = token_mask(modalities["text"]), token_mask(modalities["poster"])
    text = head.text_projection(modalities["text"]["tokens"])
    poster = head.poster_projection(modalities["poster"]["tokens"])
    to_text = _weights(head.poster_to_text, poster, text, text_mask)  # (places, tokens)
    to_poster = _weights(head.text_to_poster, text, poster, poster_mask)  # (tokens, places)
    places = sums_of_words(to_poster, film.owners, num_words)
    places /= np.maximum(places.sum(axis=1, keepdims=True), 1e-9)  # the mean of a word's pieces
    side = round(places.shape[1] ** 0.5)
    return AttentionMaps(
        sums_of_words(to_text.mean(axis=0), film.owners, num_words),
        places.reshape(num_words, side, -1),
    )


def _weights(layer, queries, context, mask) -> np.ndarray:
    """The attention of one film, `(queries, tokens)`, the mean over heads."""
    _, scores = layer(queries, context, mask, training=False, return_attention_scores=True)
    return np.asarray(tf.cast(scores, "float32"))[0].mean(axis=0)


def _of_pooling(encoder, film, num_words) -> AttentionMaps | None:
    if encoder.pooling != "attention":
        return None
    outputs = encoder(film.token_ids, training=False)
    _, weights = encoder.attention(outputs["tokens"], outputs["mask"], return_attention_scores=True)
    return AttentionMaps(sums_of_words(np.asarray(weights)[0], film.owners, num_words))
