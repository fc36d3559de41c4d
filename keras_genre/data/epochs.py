"""Datasets that are random anew each epoch, begun at a later one."""

import tensorflow as tf


def after_epochs(dataset: tf.data.Dataset, epochs: int) -> tf.data.Dataset:
    """Pass over epochs without reading them.

    What is random in a dataset takes its next seed whenever an iterator is made. A shuffled
    dataset makes no iterators of what it shuffles before it is read: that has to be passed over
    apart.
    """
    for _ in range(epochs):
        iter(dataset)
    return dataset
