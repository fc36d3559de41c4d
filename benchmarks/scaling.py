"""What work costs as it grows, and what the growth says of sizes that are not here.

    python benchmarks/scaling.py [--films 1000000] [--out benchmarks/scaling.csv]

Measures on this machine, each size in a process of its own:

- catalogue: a CSV of 1,000 films to --films becomes a catalogue;
- records: 1,000 films to a third of --films, with posters of 192x288, become TFRecords;
- training: an epoch of a small model on 3,360 films, and its validation on others, by one process
  of one thread and by two that share every batch;
- servers: `GenreClient` asks 1, 2 and 3 development servers of --model, by default the shipped one,
  eight requests of one film at a time. They share this machine, so that the clock says little of
  more machines.

Processor seconds are those of all processes that worked, and memory that of the measuring one; on a
machine that does other things too they are what says something. Each curve is fitted by a + b n and
by c n^k, with the largest relative error of either; `--fit FILE` fits what was measured before.
`--parts servers` measures these anew, and keeps the other lines of the file.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
SHIPPED = HERE.parent / "saved_models" / "compact_fusion"
SAMPLE = 300  # films drawn; tables repeat them
REQUESTS = 1200
TRAINING_FILMS = 4800
PLOT = "A retired thief is hired for one last job, and falls in love with the detective. " * 5


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--films", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path, default=HERE / "scaling.csv")
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--model", type=Path, default=SHIPPED)
    parser.add_argument("--fit", type=Path)
    parser.add_argument("--task", nargs=4)
    arguments = parser.parse_args()
    if arguments.task:
        part, size, folder, model = arguments.task
        print(json.dumps(PARTS[part][1](int(size), Path(folder), Path(model))))
        return
    if arguments.fit is None:
        if "servers" in arguments.parts and not arguments.model.is_dir():
            parser.error(f"{arguments.model} is no exported model: name one with --model.")
        parts, model = arguments.parts.split(","), arguments.model.resolve()
        kept = others(parts, arguments.out)
        for rows in measure(parts, arguments.films, model):  # the largest size may fail
            table = pd.concat([kept, pd.DataFrame(rows)])
            table.sort_values(
                "part", key=lambda part: part.map(list(PARTS).index), kind="stable"
            ).to_csv(arguments.out, index=False)
    print(fits(pd.read_csv(arguments.fit or arguments.out)).to_string(index=False))


def measure(parts, num_films, model):
    """Give all rows that there are, after each size."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        draw_films(Path(folder))
        for part in parts:
            for size in PARTS[part][0](num_films):
                load = os.getloadavg()[0]
                command = [sys.executable, __file__, "--task", part, str(size), folder, model]
                done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
                for cost in json.loads(done.stdout.splitlines()[-1]):
                    about = {"load": round(load, 1), "hardware": hardware()}
                    rows.append({"part": part, "size": size, **cost, **about})
                    print(rows[-1], file=sys.stderr, flush=True)
                yield rows


def others(parts, out):
    """What was measured before of other parts."""
    if not out.is_file():
        return pd.DataFrame()
    table = pd.read_csv(out)
    return table[~table["part"].isin(parts)]


def draw_films(folder):
    import keras_genre as kg

    catalog, _ = kg.catalog.make_synthetic_catalog(folder / "films", num_films=SAMPLE, seed=3)
    catalog.save(folder / "films.parquet")


def many_films(size, folder):
    """The drawn films, repeated under other ids until there are enough."""
    import keras_genre as kg

    sample = kg.MovieCatalog.load(folder / "films.parquet")
    places = np.arange(size) % len(sample)
    frame = sample.frame.iloc[places].reset_index(drop=True)
    frame["movie_id"] = [f"film{number:08}" for number in range(size)]
    return kg.MovieCatalog(frame, sample.vocabulary)


def catalogue(size, folder, _):
    """From a CSV file to a checked catalogue with a split for each film."""
    import keras_genre as kg

    table = folder / f"films-{size}.csv"
    write_table(many_films(size, folder).frame, table)
    with timed() as cost:
        kg.catalog.read_poster_csv(table)
    table.unlink()
    return [cost]


def write_table(frame, table):
    frame["genres"] = frame["genres"].map("|".join)
    frame[["movie_id", "title", "plot", "genres", "split"]].to_csv(table, index=False)


def records(size, folder, _):
    """From a catalogue to records, posters read, checked and reduced."""
    from keras_genre.data import write_records  # TensorFlow's own import is not counted

    catalog = many_films(size, folder)
    with tempfile.TemporaryDirectory(dir=folder) as out, timed() as cost:
        write_records(catalog, Path(out) / "records")
    return [cost]


def training(workers, folder, _):
    """An epoch by some processes that share every batch."""
    from scaling_training import train_by_workers

    from keras_genre.data import write_records

    records = folder / "training"
    if not records.is_dir():
        write_records(many_films(TRAINING_FILMS, folder), records)
    return [train_by_workers(records, folder / f"run-by-{workers}", workers)]


def servers(most, folder, model):
    """Requests of one film to several servers of a model, eight at a time."""
    starting = [start_server(model) for _ in range(most)]
    poster = next(Path(folder, "films").rglob("*.jpg")).read_bytes()
    try:
        addresses = [process.stdout.readline().strip() for process in starting]
        pids = [process.pid for process in starting]
        return [
            ask_servers(model.name, addresses[:n], pids[:n], poster) for n in range(1, most + 1)
        ]
    finally:
        for process in starting:
            process.terminate()
            process.wait()


def ask_servers(model, addresses, pids, poster):
    import keras_genre as kg

    with (
        kg.GenreClient(addresses, model, timeout=120.0) as client,
        ThreadPoolExecutor(8) as threads,
    ):

        def ask(requests):
            list(threads.map(lambda _: client.predict([PLOT], [poster]), range(requests)))

        ask(8 * len(addresses))  # the first requests are slower
        before = sum(map(processor_seconds, pids))
        with timed() as cost:
            ask(REQUESTS)
        served = sum(map(processor_seconds, pids)) - before
    return {
        "size": len(addresses),
        **cost,
        "processor_seconds": round(cost["processor_seconds"] + served, 3),
        "requests_a_second": round(REQUESTS / cost["seconds"], 1),
        "server_ms_a_request": round(1000 * served / REQUESTS, 2),
        "client_ms_a_request": round(1000 * cost["processor_seconds"] / REQUESTS, 2),
    }


def start_server(model):
    code = (
        "from keras_genre.server import DevelopmentServer\n"
        f"with DevelopmentServer({{{model.name!r}: {str(model)!r}}}, port=0) as server:\n"
        "    print(server.address, flush=True)\n"
        "    server.wait()\n"
    )
    # As `keras-genre serve` sets it.
    threads = {"TF_NUM_INTRAOP_THREADS": str(max(1, os.cpu_count() // 2))}
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **threads},
    )


class timed:  # noqa: N801
    """Gives a dictionary, in which the cost of the block is when it has ended."""

    def __enter__(self):
        Path("/proc/self/clear_refs").write_text("5")  # the peak of memory begins anew
        self.cost, self.started = {}, (time.monotonic(), time.process_time())
        return self.cost

    def __exit__(self, *_):
        now = time.monotonic(), time.process_time()
        names = ("seconds", "processor_seconds")
        for name, start, end in zip(names, self.started, now, strict=True):
            self.cost[name] = round(end - start, 3)
        # Not `ru_maxrss`: that counts what the parent had before it became this program.
        status = Path("/proc/self/status").read_text()
        self.cost["peak_mb"] = int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) // 1024


def processor_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def hardware():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return f"{os.cpu_count()} cores of {model}, shared with other work"


def fits(table):
    """A line for each part and cost that has at least three sizes."""
    rows = []
    for part, of_part in table.groupby("part", sort=False):
        costs = ["server_ms_a_request"] if part == "servers" else ["processor_seconds", "peak_mb"]
        for cost in costs:
            sizes, values = of_part[["size", cost]].to_numpy(float).T
            if len(sizes) >= 3:
                rows.append({"part": part, "cost": cost, **fit(sizes, values)})
    return pd.DataFrame(rows)


def fit(sizes, costs):
    """Least squares of relative errors: else the largest size alone would count."""
    ones = np.ones_like(sizes)
    (a, b), *_ = np.linalg.lstsq(np.stack([ones, sizes], 1) / costs[:, None], ones, rcond=None)
    (k, log_c) = np.polyfit(np.log(sizes), np.log(costs), 1)
    power = np.exp(log_c) * sizes**k

    def error(fitted):
        return f"{np.abs(fitted / costs - 1).max():.0%}"

    return {
        "a + b n": f"{a:.3g} + {b:.3g} n", "largest error": error(a + b * sizes),
        "c n^k": f"{np.exp(log_c):.3g} n^{k:.2f}", "its largest error": error(power),
    }  # fmt: skip


def ladder(most):
    sizes = [step * 10**power for power in range(3, 8) for step in (1, 3)]
    return [size for size in sizes if size <= most]


PARTS = {
    "catalogue": (ladder, catalogue),
    "records": (lambda most: ladder(most // 3), records),  # 18 kB a film
    "training": (lambda most: [1, 2], training),
    "servers": (lambda most: [3], servers),
}

if __name__ == "__main__":
    main()
