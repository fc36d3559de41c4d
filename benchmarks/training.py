"""A training step of ours beside PyTorch's, of the same model on the same films.

    python -m venv torch-env && torch-env/bin/pip install torch transformers    # any versions
    python benchmarks/training.py --torch-python torch-env/bin/python --out training.csv

Both sides begin with the same weights (`torch_models.py` takes ours), must count the same
parameters and give the same loss of the same films, and then take turns: in each round every side
trains on the same films, in batches of the same size. Optimizer, loss and clipping are those of the
fusion study: AdamW with weight decay 0.05, binary cross-entropy whose genres are weighted,
gradients cut to a norm of 1. ResNet-18 is tuned as with pretrained weights, its first two stages
and the statistics of its batch normalisation frozen.

"padded" is every plot padded to the most tokens that the model reads. "length buckets" are the
batches of `MovieDataset.load`, padded to the longest plot of each. The films are sample films whose
plots are repeated or cut to lengths like those of real ones (log-normal, median 107 tokens).

`times_pytorch` is PyTorch's seconds over ours, within each round: the median, the lowest, the
highest. `times_pytorch_cpu` is the same of the processor time of all threads, which says little of
what else the machine does.
`loss` is the mean over all steps that count; dropout differs, so it is equal within noise alone.
DistilBERT on 8 films of 512 tokens takes 15 GB, all sides together; `--batch-size 4` takes less.
"""

import argparse
import dataclasses
import os
import platform
import statistics
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pandas as pd
from training_films import batches_of, make_films
from workers import Worker

_SAID = ("backend", "device", "dtype", "threads", "compile", "small")
_RIVAL = "PyTorch, padded"
_LARGEST_DIFFERENCE = {"float32": 1e-3, "mixed_bfloat16": 3e-2}


@dataclasses.dataclass(frozen=True)
class Comparison:
    """A preset and what it reads."""

    preset: str
    max_tokens: int = 0
    learning_rate: float = 3e-5
    posters: bool = False


COMPARISONS = (
    Comparison("lstm", 128, 3e-4),
    Comparison("lstm", 512, 3e-4),
    Comparison("cnn224", 0, 3e-4, posters=True),
    Comparison("distilbert", 512),
    Comparison("early_fusion", 512, posters=True),
)


def arguments(description: str) -> argparse.ArgumentParser:
    """What both scripts take."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--torch-python", required=True, metavar="PYTHON", help="it has PyTorch")
    parser.add_argument("--presets", nargs="+", default=[each.preset for each in COMPARISONS])
    parser.add_argument("--dtypes", nargs="+", default=["float32", "mixed_bfloat16"])
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--steps", type=int, default=4, help="steps a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--small", action="store_true", help="tiny, to see that all works")
    parser.add_argument("--out", type=Path, help="a CSV file to add the rows to")
    return parser


def main() -> None:
    """Measure, print, write."""
    parser = arguments(__doc__.splitlines()[0])
    options = vars(parser.parse_args())
    run({**options, "device": "cpu", "compile": False, "multiple": 1, "backend": "tensorflow"})


def run(options: dict) -> None:
    """Compare what the options name, one model after the other; write after each."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        films = make_films(Path(folder), options["batch_size"] * options["steps"])
        for comparison in COMPARISONS:
            for dtype in options["dtypes"] if comparison.preset in options["presets"] else ():
                measured = compare(comparison, {**options, "dtype": dtype}, films, Path(folder))
                print(pd.DataFrame(measured).drop(columns="hardware").to_string(index=False))
                rows.extend(measured)
                if options["out"]:
                    table = pd.DataFrame(rows)
                    table.to_csv(options["out"], index=False, float_format="%.3f")


def compare(comparison: Comparison, options: dict, films: Path, folder: Path) -> list[dict]:
    """Let the sides of one comparison take turns; return a row each."""
    if options["small"]:
        comparison = dataclasses.replace(comparison, max_tokens=min(comparison.max_tokens, 32))
    batches = batches_of(films, comparison.max_tokens, options)
    weights = folder / f"{comparison.preset}-{options['small']}.npz"
    said = {
        **{name: options[name] for name in _SAID},
        "preset": comparison.preset,
        "posters": comparison.posters,
        "films": str(films),
        "weights": str(weights),
        "learning": {"rate": comparison.learning_rate, "weight_decay": 0.05, "clip_norm": 1.0},
    }
    sides = {f"ours, {layout}": Worker("keras_steps.py", said) for layout in batches}
    sides[_RIVAL] = Worker("torch_steps.py", said, options["torch_python"])
    try:
        _check(sides, batches["padded"][0][:1], options["dtype"])
        results = {side: [] for side in sides}
        for number in range(options["rounds"] + 1):
            for side, worker in sides.items():
                turn = batches[side.partition(", ")[2]]
                answer = worker.ask("train", batches=turn[number % len(turn)])
                if number:  # the first round traces and compiles
                    results[side].append(answer)
        return _rows(comparison, options, sides, results)
    finally:
        for worker in sides.values():
            worker.close()


def _check(sides: dict, batch: list, dtype: str) -> None:
    """Refuse sides whose models are not the same."""
    counts = {side: worker.about["parameters"] for side, worker in sides.items()}
    if len(set(counts.values())) > 1:
        raise SystemExit(f"The models differ in size: {counts}.")
    losses = {side: worker.ask("evaluate", batches=batch)[0] for side, worker in sides.items()}
    spread = max(losses.values()) - min(losses.values())
    if spread > _LARGEST_DIFFERENCE[dtype] * max(losses.values()):
        raise SystemExit(f"The losses of the same weights and films differ: {losses}.")


def _rows(comparison, options: dict, sides: dict, results: dict) -> list[dict]:
    rows = []
    versions = sorted({worker.about["versions"] for worker in sides.values()})
    for side, answers in results.items():
        row = {
            "preset": comparison.preset,
            "max_tokens": comparison.max_tokens or None,
            "dtype": options["dtype"],
            "batch_size": options["batch_size"],
            "threads": options["threads"],
            "side": side,
            "parameters": sides[side].about["parameters"],
        }
        for unit in ("seconds", "cpu_seconds"):
            taken = [answer[unit] / options["steps"] for answer in answers]
            rival = [answer[unit] / options["steps"] for answer in results[_RIVAL]]
            ratios = [other / own for own, other in zip(taken, rival, strict=True)]
            name = "times_pytorch" if unit == "seconds" else "times_pytorch_cpu"
            row[f"{unit}_a_step"] = statistics.median(taken)
            row[name] = statistics.median(ratios)
            row[f"{name}_lowest"], row[f"{name}_highest"] = min(ratios), max(ratios)
        row["loss"] = float(np.mean([answer["losses"] for answer in answers]))
        row["rounds"] = len(answers)
        row["hardware"] = (
            f"{_hardware(sides)}; {', '.join(versions)}; load average {os.getloadavg()[1]:.1f}"
        )
        rows.append(row)
    return rows


def _hardware(sides: dict) -> str:
    device = next(filter(None, (worker.about["device"] for worker in sides.values())), None)
    if device:
        return device
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return f"{os.cpu_count()} cores of {models[0] if models else platform.machine()}"


if __name__ == "__main__":
    main()
