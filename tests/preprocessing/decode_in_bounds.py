"""Decode posters one after another; print which could be read, and megabytes of memory used.

Each as a call reads it, and as `decode_stored` does.

python decode_in_bounds.py POSTER ...
"""

import resource
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

from keras_genre.preprocessing import PosterDecoder

decoder, signature = PosterDecoder(64), [tf.TensorSpec([None], tf.string)]
decoders = [
    tf.function(decode, input_signature=signature, autograph=False)
    for decode in (decoder, decoder.decode_stored)
]
posters = [Path(name).read_bytes() for name in sys.argv[1:]]
picture = tf.io.encode_jpeg(np.zeros((90, 60, 3), "uint8")).numpy()
for decode in decoders:
    decode(tf.constant([picture] * 4))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
masks = [
    [decode(tf.constant([poster]))["has_poster"].numpy()[0] for poster in posters]
    for decode in decoders
]
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for mask in masks:
    print("".join(str(int(is_read)) for is_read in mask), end=" ")
print((after - before) / 1024)
