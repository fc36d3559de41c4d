"""Random outputs of encoders, as a fusion head reads them."""

import keras
import numpy as np

HAS_TEXT = np.array([True, True, False, False, True, True])
HAS_POSTER = np.array([True, False, True, False, True, True])
LENGTHS = np.array([5, 3, 0, 0, 1, 4])  # words of each plot; the rest is padding
WORDS = (np.arange(30).reshape(6, 5) % 9 + 1) * (np.arange(5) < LENGTHS[:, None])
NEIGHBORS = np.array([3, 2, 0, 1, 1, 0])  # of each film; the rest is padding


def make_modalities(seed=0):
    """Six films of 4 features and 5 words, and of 6 features and 9 places; some lack one.

    Some have neighbours, which heads that read none do not look at.
    """
    rng = np.random.default_rng(seed)

    def floats(*shape):
        return rng.normal(size=(6, *shape)).astype("float32")

    return {
        "text": {
            "vector": floats(4),
            "tokens": floats(5, 4),
            "mask": np.arange(5) < LENGTHS[:, None],
            "token_ids": WORDS,
            "present": HAS_TEXT,
        },
        "poster": {
            "vector": floats(6),
            "tokens": floats(9, 6),
            "present": HAS_POSTER,
            "pooled": floats(7),
            "neighbors": floats(3, 6),
            "neighbor_mask": np.arange(3) < NEIGHBORS[:, None],
        },
    }


def with_noise_where_hidden(modalities):
    """Other vectors and tokens where a modality is missing, other padding and no neighbours."""
    noisy = {name: dict(parts) for name, parts in modalities.items()}
    for parts in noisy.values():
        missing = ~parts["present"]
        parts["vector"] = np.where(missing[:, None], parts["vector"] + 1000.0, parts["vector"])
        hidden = np.broadcast_to(missing[:, None], parts["tokens"].shape[:2])
        hidden = hidden | ~parts.get("mask", np.bool_(True))
        parts["tokens"] = np.where(hidden[:, :, None], parts["tokens"] - 1000.0, parts["tokens"])
    if "poster" in noisy:
        poster = noisy["poster"]
        masked = ~poster["neighbor_mask"][:, :, None]
        poster["neighbors"] = np.where(masked, poster["neighbors"] + 1000.0, poster["neighbors"])
    if "text" in noisy:  # the mask of a missing plot may say anything
        mask = noisy["text"]["mask"] | ~noisy["text"]["present"][:, None]
        noisy["text"]["mask"] = mask
        ids = noisy["text"]["token_ids"]
        noisy["text"]["token_ids"] = np.where(noisy["text"]["present"][:, None], ids, 9 - ids)
    return noisy


def select(modalities, films):
    """The same for some of the films, or in another order."""
    return keras.tree.map_structure(lambda array: array[films], modalities)


def make_head(head_class, *arguments, modalities=None, seed=0, **options):
    """A built head whose weights are all random, as after training."""
    keras.utils.set_random_seed(seed)
    head = head_class(*arguments, **options)
    head(make_modalities() if modalities is None else modalities)
    rng = np.random.default_rng(seed)
    for weight in head.weights:
        weight.assign(rng.normal(scale=0.5, size=weight.shape))
    return head


def numbers(outputs):
    """The outputs as NumPy arrays."""
    return keras.tree.map_structure(keras.ops.convert_to_numpy, outputs)
