"""What a long table costs: films a second against the bare model, and memory against rows.

    python benchmarks/bulk.py [--films 10000] [--preset concat_fusion_small]
    python benchmarks/bulk.py --saved-model saved_models/compact_fusion

Draws sample films; without `--saved-model` exports a model that has learned nothing. Memory: the
most that tagging all films has taken after a tenth of them, and in the end. Speed: tagging a tenth
of the films takes turns with giving them to the model directly in batches of 32, in the order of
the table; on a machine that does other things too, only their ratio says anything, and that of the
processor's time more than that of the clock.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

ROUNDS = 7


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--films", type=int, default=10_000)
    parser.add_argument("--preset", default="concat_fusion_small")
    parser.add_argument("--saved-model", type=Path, help="a folder of versions")
    parser.add_argument("--task", nargs=3)
    arguments = parser.parse_args()
    if arguments.task:
        kind, table, model = arguments.task
        print(json.dumps({"memory": memory, "speed": speed}[kind](Path(table), model)))
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        dataset = make_tables(folder, arguments.films)
        model = arguments.saved_model or export_untrained(folder, dataset, arguments.preset)
        for kind, size in [("memory", "all"), ("speed", "few")]:
            command = [sys.executable, __file__, "--task", kind, folder / f"{size}.csv", model]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            print(done.stdout.splitlines()[-1], flush=True)


def export_untrained(folder, dataset, preset):
    """Export a model, and give its folder."""
    import keras_genre as kg

    preprocessor = kg.MoviePreprocessor.from_preset(preset)
    preprocessor.adapt(dataset.plots("train"))
    model = kg.GenreClassifier.from_preset(preset, dataset.vocabulary)
    kg.export.export_saved_model(model, preprocessor, folder / "saved_models" / "m")
    return folder / "saved_models" / "m"


def make_tables(folder, num_films):
    """Write the tables all.csv and few.csv; give the records of their films."""
    import keras_genre as kg

    catalog, _ = kg.catalog.make_synthetic_catalog(folder / "films", num_films=500, seed=3)
    rows = catalog.frame[["title", "plot", "poster"]]
    rows = pd.concat([rows] * -(-num_films // len(rows)), ignore_index=True)[:num_films]
    rows["poster"] = rows["poster"].map(lambda path: path and Path(path).name)
    # Real plots are of many lengths: 1 to 6 of these.
    number = pd.Series(range(num_films))
    rows["plot"] = rows["plot"] * (1 + number % 6)
    rows.insert(0, "id", number.map("film{:06}".format))
    rows.to_csv(folder / "all.csv", index=False)
    rows[: num_films // 10].to_csv(folder / "few.csv", index=False)
    return kg.data.write_records(catalog, folder / "data")


def memory(table, model):
    import keras_genre as kg

    peaks = {}

    def note(done, total):
        if done >= total / 10:
            peaks.setdefault("peak_mb_after_a_tenth", peak_mb())

    summary = tag(kg.InProcessPredictor(model), table, note)
    return {"films": summary.predicted, **peaks, "peak_mb": peak_mb()}


def peak_mb():
    status = Path("/proc/self/status").read_text()
    # Not `ru_maxrss`: that counts what the parent had before it became this program.
    return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) // 1024


def speed(table, model):
    import tensorflow as tf

    import keras_genre as kg

    predictor = kg.InProcessPredictor(model)
    loaded = tf.saved_model.load(str(predictor.folder))
    clock, processor = [], []
    for number in range(ROUNDS + 1):
        seconds, of_processor = [], []
        for run, answering in ((tag, predictor), (bare, loaded)):
            started = time.monotonic(), time.process_time()
            run(answering, table)
            seconds.append(time.monotonic() - started[0])
            of_processor.append(time.process_time() - started[1])
        if number:  # the first traces the graph
            clock.append(seconds)
            processor.append(of_processor)
    films = len(pd.read_csv(table))
    tagged, bared = (films / statistics.median(column) for column in zip(*clock, strict=True))
    return {
        "films": films,
        "tagged_a_second": round(tagged, 1),
        "bare_a_second": round(bared, 1),
        "ratio": round(statistics.median(b / t for t, b in clock), 3),
        "ratio_of_processor_time": round(statistics.median(b / t for t, b in processor), 3),
    }


def tag(predictor, table, progress=None):
    import keras_genre as kg

    out = table.with_suffix(".parquet")
    out.unlink(missing_ok=True)
    posters = table.parent / "films/posters"
    return kg.client.predict_table(predictor, table, out, posters, progress=progress)


def bare(loaded, table):
    import tensorflow as tf

    folder = table.parent / "films/posters"
    frame = pd.read_csv(table, keep_default_na=False)
    predict = loaded.signatures["serving_default"]
    for start in range(0, len(frame), 32):
        batch = frame[start : start + 32]
        posters = [(folder / name).read_bytes() if name else b"" for name in batch["poster"]]
        answer = predict(plot=tf.constant(list(batch["plot"])), poster=tf.constant(posters))
        {name: value.numpy() for name, value in answer.items()}


if __name__ == "__main__":
    main()
