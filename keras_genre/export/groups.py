"""A large batch computed a few films at a time, in the graph."""

from collections.abc import Callable

import tensorflow as tf

from keras_genre import features

_FILMS = 8


def in_groups(forward: Callable[[dict], dict], tensors: dict) -> dict:
    """Compute films in groups whose plots are of like length, each padded no further than it needs.

    A batch is padded to its longest plot, which is often three times the usual one, and most of
    its computing is then padding. Groups of eight are still large enough to keep a processor busy.

    Args:
        forward: From the tensors of films to tensors of shape `(films, ...)`; no film may touch
            another.
        tensors: Those of all films. Without plots, all films are one group.

    Returns:
        What `forward` returns for all films, in their order.
    """
    if features.PLOT_TOKEN_IDS not in tensors:
        return forward(tensors)
    lengths = tf.math.count_nonzero(tensors[features.PLOT_TOKEN_IDS], axis=1, dtype=tf.int32)
    order = tf.argsort(lengths, direction="DESCENDING")  # no long group is left for the end
    batch = tf.size(order)
    num_groups = tf.maximum(1, batch // _FILMS)

    def compute(number, outputs):
        rows = order[number * batch // num_groups : (number + 1) * batch // num_groups]
        group = {name: tf.gather(tensor, rows) for name, tensor in tensors.items()}
        longest = tf.maximum(1, tf.reduce_max(tf.gather(lengths, rows)))
        ids = group[features.PLOT_TOKEN_IDS]
        group[features.PLOT_TOKEN_IDS] = ids[:, :longest]
        answer = forward(group)
        written = {name: array.write(number, answer[name]) for name, array in outputs.items()}
        return number + 1, written

    names = forward.get_concrete_function().structured_outputs
    outputs = {
        name: tf.TensorArray(spec.dtype, num_groups, infer_shape=False, element_shape=spec.shape)
        for name, spec in names.items()
    }
    _, outputs = tf.while_loop(
        lambda number, _: number < num_groups,
        compute,
        (tf.constant(0), outputs),
        parallel_iterations=4,
    )
    places = tf.argsort(order)
    return {name: tf.gather(array.concat(), places) for name, array in outputs.items()}
