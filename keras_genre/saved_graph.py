"""SavedGraph: a SavedModel loaded as TensorFlow Serving does it, its graph alone in a session.

`tf.saved_model.load` goes by the Python objects that a SavedModel also describes. The two can
disagree: variables tracked as Keras variables load in Python and are uninitialized in the graph
(https://github.com/keras-team/keras/issues/20095).
"""

import os
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2, rewriter_config_pb2, saved_model_pb2

_INITIALIZER = "__saved_model_init_op"
_SIDE_BY_SIDE = 2  # plot and poster, or two batches


class SavedGraph:
    """A SavedModel's graph in a session of its own, with threads of its own.

    Two operations run side by side, each with half of the cores: plot and poster are computed at a
    time, and so are two batches asked for from two threads. That is quicker than all cores for one
    operation, which has to wait for its slowest part. The environment's `TF_NUM_INTRAOP_THREADS`
    has the last word, and GPUs that `tf.config` hides stay hidden.

    Args:
        version: The folder with `saved_model.pb`.
        bfloat16: Whether large products are computed in bfloat16 where TensorFlow's graph
            rewriting deems it safe. Quicker on CPUs that have AVX512-BF16 or AMX; answers
            change in the third digit.

    Raises:
        OSError: If there is no SavedModel.
        tf.errors.OpError: If its variables cannot be restored.

    Example:
        >>> with SavedGraph(Path("saved_models/lstm/1")) as graph:  # doctest: +SKIP
        ...     graph.ask("serving_default", plot=["A heist goes wrong."], poster=[b""])
    """

    def __init__(self, version: Path, bfloat16: bool = False):
        content = (version / "saved_model.pb").read_bytes()
        (meta,) = saved_model_pb2.SavedModel.FromString(content).meta_graphs
        with tf.Graph().as_default() as graph:
            tf.import_graph_def(meta.graph_def, name="")
        self._session = tf.compat.v1.Session(graph=graph, config=_session_config(bfloat16))
        try:
            self._restore(version, meta)
        except BaseException:
            self.close()
            raise
        self._tensors = {
            signature: tuple(
                {name: info.name for name, info in infos.items()}
                for infos in (definition.inputs, definition.outputs)
            )
            for signature, definition in meta.signature_def.items()
        }

    def ask(self, name: str, **inputs) -> dict[str, np.ndarray]:
        """Answer one signature, from any thread.

        Args:
            name: Of the signature.
            **inputs: An array for each of its inputs.

        Returns:
            An array for each of its outputs.

        Raises:
            KeyError: If there is no such signature, or an input is missing.
            tf.errors.OpError: If the graph cannot answer.
        """
        names, outputs = self._tensors[name]
        return self._session.run(outputs, {names[each]: inputs[each] for each in names})

    def close(self) -> None:
        """Free the variables and end the threads."""
        self._session.close()

    def __enter__(self) -> "SavedGraph":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _restore(self, version: Path, meta: meta_graph_pb2.MetaGraphDef) -> None:
        graph = self._session.graph
        assets = {
            asset.tensor_info.name: str(version / "assets" / asset.filename)
            for asset in meta.asset_file_def
        }
        if meta.saver_def.restore_op_name:
            checkpoint = str(version / "variables" / "variables")
            restore = graph.get_operation_by_name(meta.saver_def.restore_op_name)
            self._session.run(restore, {**assets, meta.saver_def.filename_tensor_name: checkpoint})
        initializer = meta.signature_def[_INITIALIZER].outputs[_INITIALIZER].name
        self._session.run(graph.get_operation_by_name(initializer.partition(":")[0]), assets)


def _session_config(bfloat16: bool) -> tf.compat.v1.ConfigProto:
    half_of_cores = max(1, (os.cpu_count() or 1) // _SIDE_BY_SIDE)
    config = tf.compat.v1.ConfigProto(
        intra_op_parallelism_threads=int(os.environ.get("TF_NUM_INTRAOP_THREADS", half_of_cores)),
        inter_op_parallelism_threads=_SIDE_BY_SIDE,
        use_per_session_threads=True,
        allow_soft_placement=True,
        device_count={"GPU": len(tf.config.get_visible_devices("GPU"))},
    )
    config.gpu_options.allow_growth = True
    rewriting = config.graph_options.rewrite_options
    rewriting.meta_optimizer_iterations = rewriter_config_pb2.RewriterConfig.ONE  # starts sooner
    if bfloat16:
        rewriting.auto_mixed_precision_onednn_bfloat16 = rewriter_config_pb2.RewriterConfig.ON
    return config
