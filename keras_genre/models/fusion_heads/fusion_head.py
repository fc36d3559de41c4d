"""FusionHead: what all fusion heads share."""

import keras
from keras import ops

from keras_genre.layers import MissingEmbedding

MODALITIES = ("poster", "text")
"""What there is to fuse, in the order that heads concatenate in."""


class FusionHead(keras.layers.Layer):
    """Checks what a head is given, and puts learned vectors where a modality is missing.

    A head that fuses needs both modalities; `ConcatFusionHead` alone takes a single one too.

    Args:
        num_genres: Number of logits.

    Call with a dict from modality ("text", "poster") to a dict of

    - `vector`: `(batch, features)`,
    - `present`: bool `(batch,)`, False where the film lacks the modality,
    - `tokens`: `(batch, tokens, features)`, read by heads with `uses_tokens` alone,
    - `mask`: bool `(batch, tokens)`, True where a token is real; without it, all of them are,
    - `token_ids`: of the text, int `(batch, tokens)`, read by heads with `reads_words` alone,

    and of the poster, read by heads with `reads_pooled` alone,

    - `pooled`: `(batch, summaries)`, what earlier layers see,

    or with `reads_neighbors` alone,

    - `neighbors`: `(batch, neighbors, features)`, the vectors of the posters of related films,
    - `neighbor_mask`: bool `(batch, neighbors)`, True where there is such a film.

    Returns a dict of `logits`, float32 of shape `(batch, num_genres)`, and `embedding`,
    `(batch, width)`. A head with losses of its own adds two dicts by name: `auxiliary_logits`,
    float32 of shape `(batch, num_genres)`, and `auxiliary_weights`, float32 of shape `(batch,)`:
    what the loss of each film counts for beside the main one.

    Raises:
        ValueError: If a modality, or what it should hold, is missing or of another shape.
    """

    needs_both = True
    uses_tokens = False
    reads_neighbors = False
    reads_words = False
    reads_pooled = False

    def __init__(self, num_genres, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True  # masks come as inputs, beside what they mask
        self.num_genres = num_genres
        self.missing = {}
        self.built_widths = None

    def check_modalities(self, modalities):
        """Raise a `ValueError` unless this head can take `modalities`, tensors or their shapes."""
        name = type(self).__name__
        if not modalities or (self.needs_both and set(modalities) != set(MODALITIES)):
            raise ValueError(
                f"{name} fuses two modalities: expected 'poster' and 'text', received "
                f"{sorted(modalities)}. For a single modality use ConcatFusionHead."
            )
        for modality, parts in modalities.items():
            for part, rank in self._ranks(modality).items():
                if part not in parts:
                    raise ValueError(
                        f"{name} expected {part!r} of the modality {modality!r}, received "
                        f"{sorted(parts)}."
                    )
                if len(_shape(parts[part])) != rank:
                    raise ValueError(
                        f"{name} expected {part!r} of the modality {modality!r} with {rank} axes, "
                        f"received the shape {_shape(parts[part])}."
                    )
        if self.built_widths not in (None, self._widths(modalities)):
            raise ValueError(
                f"{name} was built for {self.built_widths}, received {self._widths(modalities)}. "
                f"Expected the same modalities, as wide as before."
            )

    def build_missing(self, vector_shapes):
        """Make the learned vector of each modality, from a dict of shapes."""
        for modality, shape in sorted(vector_shapes.items()):
            layer = MissingEmbedding(dtype=self.dtype_policy, name=f"missing_{modality}")
            layer.build(shape)
            self.missing[modality] = layer

    def remember_widths(self, modalities_shape):
        """From now on accept only modalities as wide as these."""
        self.built_widths = self._widths(modalities_shape)

    def complete_vectors(self, modalities):
        """Give each modality's vector, the learned one where it is missing, in a fixed order."""
        return {
            modality: self.missing[modality](parts["vector"], parts["present"])
            for modality, parts in sorted(modalities.items())
        }

    def _ranks(self, modality):
        ranks = {"vector": 2, "present": 1} | ({"tokens": 3} if self.uses_tokens else {})
        if self.reads_words and modality == "text":
            ranks |= {"token_ids": 2}
        if self.reads_pooled and modality == "poster":
            ranks |= {"pooled": 2}
        if self.reads_neighbors and modality == "poster":
            ranks |= {"neighbors": 3, "neighbor_mask": 2}
        return ranks

    def _widths(self, modalities):
        """Text, which Keras does not track: "poster vector 128, text vector 64"."""
        return ", ".join(
            f"{modality} {part} {_shape(parts[part])[-1]}"
            for modality, parts in sorted(modalities.items())
            for part, rank in self._ranks(modality).items()
            # There may be any number of neighbours, and of words.
            if rank > 1 and part not in ("neighbor_mask", "token_ids")
        )

    def get_config(self):
        return {**super().get_config(), "num_genres": self.num_genres}


def token_mask(modality):
    """Which tokens of a modality are real, bool `(batch, tokens)`: none where it is missing."""
    real = modality.get("mask")
    if real is None:
        real = ops.ones(ops.shape(modality["tokens"])[:2], dtype="bool")
    return ops.logical_and(real, modality["present"][:, None])


def _shape(tensor_or_shape):
    return tuple(getattr(tensor_or_shape, "shape", tensor_or_shape))
