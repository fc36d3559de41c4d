"""Loading a SavedModel as TensorFlow Serving does: its graph alone, in a session.

`tf.saved_model.load` goes by the Python objects that a SavedModel also describes. The two can
disagree: variables tracked as Keras variables load in Python and are uninitialized in the graph
(https://github.com/keras-team/keras/issues/20095).
"""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

_INITIALIZER = "__saved_model_init_op"


@contextlib.contextmanager
def graph_loaded(version: Path) -> Iterator[Callable[..., dict]]:
    """Restore the variables, run the initializer, and answer by the names of tensors.

    Yields:
        A function from the name of a signature and its inputs to a dict of NumPy arrays.

    Raises:
        OSError: If there is no SavedModel.
        tf.errors.OpError: If it cannot be restored; the function, if it cannot answer.
    """
    content = (version / "saved_model.pb").read_bytes()
    (meta,) = saved_model_pb2.SavedModel.FromString(content).meta_graphs
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(meta.graph_def, name="")
    with contextlib.closing(tf.compat.v1.Session(graph=graph)) as session:
        assets = {
            asset.tensor_info.name: str(version / "assets" / asset.filename)
            for asset in meta.asset_file_def
        }
        if meta.saver_def.restore_op_name:
            checkpoint = str(version / "variables" / "variables")
            restore = graph.get_operation_by_name(meta.saver_def.restore_op_name)
            session.run(restore, {**assets, meta.saver_def.filename_tensor_name: checkpoint})
        initializer = meta.signature_def[_INITIALIZER].outputs[_INITIALIZER].name
        session.run(graph.get_operation_by_name(initializer.partition(":")[0]), assets)

        def ask(name: str, **inputs) -> dict:
            signature = meta.signature_def[name]
            outputs = {output: info.name for output, info in signature.outputs.items()}
            fed = {signature.inputs[name].name: value for name, value in inputs.items()}
            return session.run(outputs, {**assets, **fed})

        yield ask
