"""A model like the one of TensorFlow Serving's own tests: y = x / 2 + 2, in the format of old."""

import tensorflow as tf

v1 = tf.compat.v1
constants = tf.saved_model


def save_half_plus(folder, plus=2.0):
    """Write a SavedModel with signatures for Predict, Classify and Regress that share an input."""
    with v1.Graph().as_default(), v1.Session() as session:
        serialized = v1.placeholder(tf.string, [None], name="tf_example")
        features = {"x": v1.FixedLenFeature([1], tf.float32, default_value=[0.0])}
        x = tf.identity(v1.parse_example(serialized, features)["x"], name="x")
        half = v1.get_variable("a", initializer=0.5)
        y = tf.add(half * x, plus, name="y")
        labels = tf.fill(tf.shape(y), "small", name="labels")
        session.run(v1.global_variables_initializer())
        info = v1.saved_model.build_tensor_info

        def signature(method, inputs, outputs):
            inputs = {name: info(tensor) for name, tensor in inputs.items()}
            outputs = {name: info(tensor) for name, tensor in outputs.items()}
            return v1.saved_model.build_signature_def(inputs, outputs, method)

        examples = {"inputs": serialized}
        signatures = {
            "serving_default": signature(constants.PREDICT_METHOD_NAME, {"x": x}, {"y": y}),
            "regress_x_to_y": signature(constants.REGRESS_METHOD_NAME, examples, {"outputs": y}),
            "classify_x_to_y": signature(constants.CLASSIFY_METHOD_NAME, examples, {"scores": y}),
            "classify_with_labels": signature(
                constants.CLASSIFY_METHOD_NAME, examples, {"classes": labels, "scores": y}
            ),
        }
        builder = v1.saved_model.Builder(str(folder))
        builder.add_meta_graph_and_variables(session, [constants.SERVING], signatures)
        builder.save()
