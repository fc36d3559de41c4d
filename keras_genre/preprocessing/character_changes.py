"""CharacterChanges: other characters for those of a table."""

from collections.abc import Mapping

import tensorflow as tf

# No character of a plot: whoever uses a table has left it out, or means it to stay.
_UNCHANGED = "\0"


class CharacterChanges(tf.Module):
    """Replaces single characters of texts by what a table says, in the graph.

    Args:
        changes: What stands for each character that does not stay as it is, none or several
            characters.

    Call with valid UTF-8 strings of shape `(texts,)`; returns strings of the same shape.

    Example:
        >>> CharacterChanges({"é": "e", "ß": "ss"})(["Café", "Straße"]).numpy().tolist()
        [b'Cafe', b'Strasse']
    """

    def __init__(self, changes: Mapping[str, str]):
        super().__init__()
        self._changes = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(list(changes), list(changes.values())),
            default_value=_UNCHANGED,
        )

    def __call__(self, texts):
        characters = tf.strings.unicode_split(texts, "UTF-8")  # (texts, characters)
        changed = self._changes.lookup(characters.flat_values)
        changed = tf.where(changed == _UNCHANGED, characters.flat_values, changed)
        return tf.strings.reduce_join(characters.with_flat_values(changed), axis=1)
