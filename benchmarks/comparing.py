"""What `inference.py` and `serving.py` share: the model that is made, and how results are said."""

import os
import platform
import statistics
from pathlib import Path

import numpy as np
from workers import Worker

_MAKING = ("run", "saved_model", "small", "threads")


def make_model(folder: str, films: int, options: dict) -> dict:
    """Have `compact_model.py` write the model and the films; return what it says of them."""
    said = {name: options[name] for name in _MAKING}
    maker = Worker("compact_model.py", {**said, "folder": folder, "films": films})
    maker.close()
    return maker.about


def hardware(versions) -> str:
    """The machine, what runs on it, and how busy it was."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return (
        f"{os.cpu_count()} cores of {models[0] if models else platform.machine()}; "
        f"{', '.join(sorted(set(versions)))}; load average {os.getloadavg()[1]:.1f}"
    )


def spread(name: str, values: list[float]) -> dict:
    """Columns: the median of rounds, the lowest, the highest."""
    return {
        name: statistics.median(values),
        f"{name}_lowest": min(values),
        f"{name}_highest": max(values),
    }


def check_network(worker, about: dict) -> None:
    """Refuse a network in PyTorch that answers otherwise than ours to the same tensors."""
    path = Path(about["folder"], "checked.npz")
    logits = np.load(path)["logits"], np.array(worker.ask("logits", path=str(path)))
    ours, theirs = (1 / (1 + np.exp(-each)) for each in logits)
    difference = np.abs(ours - theirs).max()
    if not difference <= about["tolerance"]:
        raise SystemExit(f"PyTorch's probabilities differ from ours by up to {difference:.2g}.")
