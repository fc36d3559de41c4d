"""Decode posters one after another; print which could be read, and megabytes of memory used.

python decode_in_bounds.py POSTER ...
"""

import resource
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

from keras_genre.preprocessing import PosterDecoder

decode = tf.function(
    PosterDecoder(64), input_signature=[tf.TensorSpec([None], tf.string)], autograph=False
)
posters = [Path(name).read_bytes() for name in sys.argv[1:]]
picture = tf.io.encode_jpeg(np.zeros((90, 60, 3), "uint8")).numpy()
decode(tf.constant([picture] * 4))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
masks = [decode(tf.constant([poster]))["has_poster"].numpy()[0] for poster in posters]
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print("".join(str(int(mask)) for mask in masks), (after - before) / 1024)
