import keras
import numpy as np
from backends import gradients
from layer_checks import check_layer

from keras_genre.layers import MissingEmbedding

VECTORS = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "float32")
PRESENT = np.array([True, False])


def make_layer(missing):
    layer = MissingEmbedding()
    layer.build(VECTORS.shape)
    layer.set_weights([np.asarray(missing, "float32")])
    return layer


def test_layer_keras_contract_holds():
    check_layer(MissingEmbedding, (VECTORS, PRESENT))


def test_call_missing_film_gets_learned_vector_and_others_keep_theirs():
    outputs = make_layer([7.0, 8.0, 9.0])(VECTORS, PRESENT)
    np.testing.assert_array_equal(outputs, [[1, 2, 3], [7, 8, 9]])


def test_call_missing_vector_changed_output_stays():
    layer = make_layer([7.0, 8.0, 9.0])
    changed = VECTORS.copy()
    changed[1] = [np.nan, np.inf, -1e30]
    np.testing.assert_array_equal(layer(changed, PRESENT), layer(VECTORS, PRESENT))


def test_build_new_vector_is_not_the_zero_of_a_dark_poster():
    layer = MissingEmbedding()
    layer.build((None, 8))
    assert (layer.missing.numpy() != 0).all()


def test_gradient_goes_to_the_embedding_where_missing_and_to_the_vector_where_present():
    layer = make_layer([0.0, 0.0, 0.0])
    vectors, factors = keras.Variable(VECTORS), np.array([[1, 2, 3], [4, 5, 6]], "float32")
    of_vectors, of_missing = gradients(
        lambda: keras.ops.sum(layer(vectors.value, PRESENT) * factors), [vectors, layer.missing]
    )
    np.testing.assert_array_equal(of_vectors, [[1, 2, 3], [0, 0, 0]])
    np.testing.assert_array_equal(of_missing, [4, 5, 6])


def test_fit_dark_poster_and_no_poster_told_apart():
    # Same zero vector, opposite labels: only the learned vector can tell them apart.
    vectors = np.zeros((64, 3), "float32")
    present = np.arange(64) % 2 == 0
    vector, mask = keras.Input((3,)), keras.Input((), dtype="bool")
    keras.utils.set_random_seed(0)
    outputs = keras.layers.Dense(1)(MissingEmbedding()(vector, mask))
    model = keras.Model([vector, mask], outputs)
    model.compile(keras.optimizers.Adam(0.5), loss=keras.losses.BinaryCrossentropy(True))
    labels = present.astype("float32")[:, None]
    model.fit([vectors, present], labels, batch_size=64, epochs=15, verbose=0)
    logits = model.predict([vectors[:2], present[:2]], verbose=0)[:, 0]
    assert logits[0] > 1.0
    assert logits[1] < -1.0
