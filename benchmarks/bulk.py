"""What a long table costs: films a second against the bare model, and memory against rows.

    python benchmarks/bulk.py [--films 10000]

Draws sample films, exports a model that has learned nothing, and in fresh processes tags a table of
a tenth of the films and one of all of them, and gives the model the same films in batches of 32
directly, in the order of the table and, as `predict_table` does, in that of their length.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--films", type=int, default=10_000)
    parser.add_argument("--preset", default="concat_fusion_small")
    parser.add_argument("--task", nargs=3)
    arguments = parser.parse_args()
    if arguments.task:
        kind, table, model = arguments.task
        print(json.dumps({"bulk": bulk, "bare": bare, "sorted": bare_sorted}[kind](table, model)))
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        model = make(folder, arguments.films, arguments.preset)
        for kind, size in [("bulk", "few"), ("bulk", "all"), ("bare", "all"), ("sorted", "all")]:
            command = [sys.executable, __file__, "--task", kind, folder / f"{size}.csv", model]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found = json.loads(done.stdout.splitlines()[-1])
            print(f"{kind:6} {found['films']:6} films  {found['films'] / found['seconds']:7.1f} "
                  f"a second  peak {found['peak_mb']:5.0f} MB", flush=True)  # fmt: skip


def make(folder, num_films, preset):
    """Write the tables all.csv and few.csv; export a model, and give its folder."""
    import keras_genre as kg

    catalog, _ = kg.catalog.make_synthetic_catalog(folder / "films", num_films=500, seed=3)
    dataset = kg.data.write_records(catalog, folder / "data")
    preprocessor = kg.MoviePreprocessor.from_preset(preset)
    preprocessor.adapt(dataset.plots("train"))
    model = kg.GenreClassifier.from_preset(preset, dataset.vocabulary)
    kg.export.export_saved_model(model, preprocessor, folder / "saved_models" / "m")
    rows = catalog.frame[["title", "plot", "poster"]]
    rows = pd.concat([rows] * -(-num_films // len(rows)), ignore_index=True)[:num_films]
    rows["poster"] = rows["poster"].map(lambda path: path and Path(path).name)
    # Real plots are of many lengths: 1 to 6 of these.
    number = pd.Series(range(num_films))
    rows["plot"] = rows["plot"] * (1 + number % 6)
    rows.insert(0, "id", number.map("film{:06}".format))
    rows.to_csv(folder / "all.csv", index=False)
    rows[: num_films // 10].to_csv(folder / "few.csv", index=False)
    return folder / "saved_models" / "m"


def bulk(table, model):
    import keras_genre as kg

    predictor = kg.InProcessPredictor(model)
    predictor.predict(["warm"])
    out = Path(table).with_suffix(".parquet")
    started = time.monotonic()
    summary = kg.client.predict_table(predictor, table, out, Path(table).parent / "films/posters")
    assert summary.predicted == summary.films
    return figures(summary.films, started)


def bare(table, model, order=lambda plots: range(len(plots))):
    import tensorflow as tf

    loaded = tf.saved_model.load(str(Path(model) / "1"))
    predict = loaded.signatures["serving_default"]
    predict(plot=tf.constant(["warm"]), poster=tf.constant([b""]))
    folder = Path(table).parent / "films/posters"
    started = time.monotonic()
    frame = pd.read_csv(table, keep_default_na=False)
    plots, posters = list(frame["plot"]), list(frame["poster"])
    order = list(order(plots))
    for start in range(0, len(order), 32):
        batch = order[start : start + 32]
        contents = [(folder / posters[i]).read_bytes() if posters[i] else b"" for i in batch]
        answer = predict(plot=tf.constant([plots[i] for i in batch]), poster=tf.constant(contents))
        {name: value.numpy() for name, value in answer.items()}
    return figures(len(frame), started)


def bare_sorted(table, model):
    return bare(table, model, lambda plots: sorted(range(len(plots)), key=lambda i: len(plots[i])))


def figures(films, started):
    # Not `ru_maxrss`: that counts what the parent had before it became this program.
    status = Path("/proc/self/status").read_text()
    peak = int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024
    return {"films": films, "seconds": time.monotonic() - started, "peak_mb": peak}


if __name__ == "__main__":
    main()
