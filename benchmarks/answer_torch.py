"""Answers with PyTorch or ONNX Runtime, as `inference.py`, which starts it, says over a pipe."""

from pathlib import Path

import numpy as np
from answering import Answering
from pipe import serve
from raw_films import Decider, FilmReader


class TorchAnswering(Answering):
    """The network of `torch_compact.py`, run eagerly."""

    def __init__(self, options: dict):
        import torch
        import torch_compact

        about = options["about"]
        torch.set_num_threads(options["threads"])
        self._network = torch_compact.load(about["folder"])
        read = FilmReader(Path(about["folder"], "vocabulary.txt"), about["max_tokens"])
        decide = Decider(about["rule"])

        def answer(plots, posters):
            inputs = map(torch.from_numpy, read(plots, posters))
            with torch.inference_mode():
                return decide(self._network(*inputs).numpy())[0]

        super().__init__(answer, about["films"], f"PyTorch {torch.__version__}")

    def logits(self, path: str) -> list:
        """The network's answers to inputs that are read already."""
        import torch

        inputs = np.load(path)
        with torch.inference_mode():
            return self._network(*(torch.from_numpy(inputs[n]) for n in ("ids", "images"))).tolist()

    def export(self, path: str) -> None:
        """Write the network for ONNX Runtime."""
        import torch_compact

        torch_compact.export(self._network, path)


class OnnxAnswering(Answering):
    """The same network in ONNX Runtime."""

    def __init__(self, options: dict):
        import onnxruntime

        about = options["about"]
        session_options = onnxruntime.SessionOptions()
        session_options.intra_op_num_threads = options["threads"]
        session = onnxruntime.InferenceSession(
            str(Path(about["folder"], "model.onnx")),
            session_options,
            providers=["CPUExecutionProvider"],
        )
        read = FilmReader(Path(about["folder"], "vocabulary.txt"), about["max_tokens"])
        decide = Decider(about["rule"])

        def answer(plots, posters):
            ids, images = read(plots, posters)
            (logits,) = session.run(["logits"], {"ids": ids, "images": images})
            return decide(logits)[0]

        super().__init__(answer, about["films"], f"ONNX Runtime {onnxruntime.__version__}")


if __name__ == "__main__":
    engines = {"torch": TorchAnswering, "onnx": OnnxAnswering}
    serve(lambda options: engines[options["engine"]](options))
