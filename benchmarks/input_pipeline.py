"""Films a second of the input pipeline, beside a PyTorch DataLoader doing the same.

    pip install torch==2.13.0                                 # any version will do
    python benchmarks/input_pipeline.py                       # sample films; writes the CSV
    python benchmarks/input_pipeline.py --csv movies.csv      # your films; prints, writes nothing

Both read the same posters and plots, and are first shown to give the same tensors: the same word
ids, labels and masks, and images that differ by what two JPEG decoders and resizers differ
(`mean_pixel_difference`, of 255). Then they take turns. Ours reads TFRecord shards; the loader
reads the poster files, with two worker processes, and once more with all posters in memory.

"stored small": records prepared with `--poster-size` at twice the image size, as `write_records`
advises (the sample posters are 192 pixels wide, so only 64-pixel images gain). A PyTorch user can
shrink the files beforehand, too. The parts below are of our pipeline, each alone.

"augmented": both sides change posters by a `PosterAugmentation` of the same values, ours a batch
at a time in the graph, the loader a poster at a time with Pillow, as torchvision does. Its rows are
compared with the augmented loader.

Every rate is that of a whole epoch, its start included: the median over the rounds, with the
slowest and the fastest. The ratio to the DataLoader is taken within each round. `cpu_us_a_film` is
the processor time of all threads and worker processes, the least of all rounds: unlike the rates it
says little of what else the machine does (Linux only).
"""

import argparse
import multiprocessing
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pandas as pd
import PIL
import tensorflow as tf

import keras_genre as kg
from keras_genre.data.augmentation import PosterAugmentation
from keras_genre.data.parsing import parse
from keras_genre.preprocessing import MoviePreprocessor, PlotVectorizer, PosterDecoder

try:
    import torch
except ImportError as cause:
    raise SystemExit("PyTorch is missing: see the first lines of this file.") from cause
from torch_films import TorchFilms, loader

_BATCH_SIZE = 32
_WORKERS = 2
_RIVAL = "DataLoader"
_AUGMENTED = ", augmented"
_PARALLEL = tf.data.AUTOTUNE
_LARGEST_MEAN_DIFFERENCE = 4.0  # of 255


def main() -> None:
    """Check, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", nargs="+", metavar="CSV", help="films to read, with posters")
    parser.add_argument("--films", type=int, default=1200, help="how many films at most")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 224])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        catalog = _catalog(options, Path(folder))
        dataset = kg.data.write_records(catalog, Path(folder) / "records")
        results = []
        for size in options.sizes:
            small = Path(folder) / f"records-{size}"
            small = kg.data.write_records(catalog, small, poster_size=2 * size)
            results.extend(_measure(catalog, dataset, small, size, options.rounds))
    table = pd.DataFrame(results)
    print(_hardware())
    print(table.to_string(index=False, float_format="%.2f", na_rep=""))
    if not options.csv:
        table = table.assign(hardware=_hardware())
        table.to_csv(Path(__file__).with_suffix(".csv"), index=False, float_format="%.2f")


def _catalog(options, folder: Path):
    """All films as training films, in one order for both sides."""
    if options.csv:
        catalog = kg.catalog.read_poster_csv(options.csv)
    else:
        catalog, _ = kg.catalog.make_synthetic_catalog(folder / "films", options.films)
    frame = catalog.frame.iloc[: options.films]
    return kg.MovieCatalog(frame, catalog.vocabulary).with_splits(["train"] * len(frame))


def _measure(catalog, dataset, small, size: int, rounds: int) -> list[dict]:
    preprocessor = MoviePreprocessor(PlotVectorizer(), PosterDecoder(size))
    preprocessor.adapt(dataset.plots("train"))
    films, posters = _torch_films(catalog, dataset, preprocessor, size)
    differences = {
        "tf.data": _check(dataset, preprocessor, films),
        "tf.data, stored small": _check(small, preprocessor, films),
    }
    in_memory = TorchFilms(posters, films.plots, films.labels, films.words, size)
    changes = PosterAugmentation()
    changed = TorchFilms(films.posters, films.plots, films.labels, films.words, size, changes)

    def load(records, **choices):
        return records.load("train", preprocessor, _BATCH_SIZE, **choices)

    sides = {
        "tf.data": load(dataset, bucketed=False),
        _RIVAL: loader(films, _BATCH_SIZE, _WORKERS),
        f"{_RIVAL}, posters in memory": loader(in_memory, _BATCH_SIZE, _WORKERS),
        "tf.data, stored small": load(small, bucketed=False),
        "tf.data, bucketed": load(dataset),
        "tf.data, from its cache": load(dataset, cache=True),
        f"tf.data{_AUGMENTED}": load(dataset, bucketed=False, augmentation=changes),
        f"{_RIVAL}{_AUGMENTED}": loader(changed, _BATCH_SIZE, _WORKERS),
        f"tf.data, stored small{_AUGMENTED}": load(small, bucketed=False, augmentation=changes),
        f"tf.data, from its cache{_AUGMENTED}": load(dataset, cache=True, augmentation=changes),
        **_parts(dataset, preprocessor, films.plots, posters),
    }
    rates, costs = {name: [] for name in sides}, {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, batches in sides.items():
            seconds, cpu_seconds = _epoch(batches)
            if number:  # the first round starts workers, traces graphs and fills the cache
                rates[name].append(len(films) / seconds)
                costs[name].append(cpu_seconds / len(films) * 1e6)
    return [_row(size, name, rates, min(costs[name]), differences.get(name)) for name in sides]


def _torch_films(catalog, dataset, preprocessor, size: int) -> tuple[TorchFilms, list[bytes]]:
    """The same films in the order of the records, and their posters' bytes."""
    ids = [film["movie_id"].decode() for film in dataset.films("train").as_numpy_iterator()]
    frame = catalog.frame.set_index("movie_id").loc[ids]
    labels = np.stack([catalog.vocabulary.encode(genres) for genres in frame["genres"]])
    words = preprocessor.plot.get_vocabulary()
    paths = frame["poster"].tolist()
    films = TorchFilms(paths, frame["plot"].tolist(), labels.astype("float32"), words, size)
    return films, [Path(path).read_bytes() if path else b"" for path in paths]


def _check(dataset, preprocessor, films: TorchFilms) -> float:
    """Compare both sides film by film; return by how much their pixels differ, of 255."""
    ours = dataset.load("train", preprocessor, _BATCH_SIZE, shuffle=False).as_numpy_iterator()
    theirs = loader(films, _BATCH_SIZE, workers=0, shuffle=False)
    differences = []
    for (tensors, labels), (other_tensors, other_labels) in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(labels, other_labels.numpy())
        for name in ("plot_token_ids", "has_plot", "has_poster"):
            np.testing.assert_array_equal(tensors[name], other_tensors[name].numpy(), name)
        image = tensors["poster_image"].astype("float32")
        difference = np.abs(image - other_tensors["poster_image"].numpy())
        differences.extend(difference.mean(axis=(1, 2, 3))[tensors["has_poster"]])
    if np.mean(differences) > _LARGEST_MEAN_DIFFERENCE:
        raise SystemExit(f"The images differ by {np.mean(differences):.1f} of 255 on average.")
    return float(np.mean(differences))


def _parts(dataset, preprocessor, plots: list[str], posters: list[bytes]) -> dict:
    """What our pipeline consists of, each alone, over the same films."""
    shards = dataset.manifest.splits["train"].shards
    records = tf.data.TFRecordDataset([str(dataset.folder / shard.file) for shard in shards])
    records = records.batch(_BATCH_SIZE)
    size = preprocessor.poster.image_size
    jpegs = tf.data.Dataset.from_tensor_slices([poster for poster in posters if poster])

    def resized(poster):
        image = tf.io.decode_jpeg(poster, channels=3)
        return tf.cast(tf.image.resize(image, (size, size), antialias=True), tf.uint8)

    parts = {
        "read": records,
        "read, parse": records.map(parse, _PARALLEL),
        "tokenise": tf.data.Dataset.from_tensor_slices(plots)
        .batch(_BATCH_SIZE)
        .map(preprocessor.plot, _PARALLEL),
        "decode_jpeg": jpegs.map(lambda poster: tf.io.decode_jpeg(poster, channels=3), _PARALLEL),
        "decode_jpeg, resize": jpegs.map(resized, _PARALLEL),
        "PosterDecoder": tf.data.Dataset.from_tensor_slices(posters)
        .batch(_BATCH_SIZE)
        .map(preprocessor.poster, _PARALLEL),
        "PosterDecoder.decode_stored": tf.data.Dataset.from_tensor_slices(posters)
        .batch(_BATCH_SIZE)
        .map(preprocessor.poster.decode_stored, _PARALLEL),
    }
    return {f"part: {name}": part.prefetch(_PARALLEL) for name, part in parts.items()}


def _epoch(batches) -> tuple[float, float]:
    """Seconds of an epoch, and seconds of all processors."""
    start, cpu_start = time.perf_counter(), _cpu_seconds()
    for _ in batches:
        pass
    return time.perf_counter() - start, _cpu_seconds() - cpu_start


def _cpu_seconds() -> float:
    """Of this process and of its living children, which `getrusage` leaves out."""
    ticks = 0
    for process in [os.getpid(), *(child.pid for child in multiprocessing.active_children())]:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])  # in user mode and in the kernel
    return ticks / os.sysconf("SC_CLK_TCK")


def _row(size: int, name: str, rates: dict, cost: float, difference: float | None) -> dict:
    row = {
        "image_size": size,
        "pipeline": name,
        "films_per_second": round(statistics.median(rates[name])),
        "slowest": round(min(rates[name])),
        "fastest": round(max(rates[name])),
        "cpu_us_a_film": round(cost),
    }
    if not name.startswith("part"):
        rival = rates[_RIVAL + _AUGMENTED * name.endswith(_AUGMENTED)]
        ratios = [rate / other for rate, other in zip(rates[name], rival, strict=True)]
        row["times_dataloader"] = statistics.median(ratios)
        row["times_lowest"], row["times_highest"] = min(ratios), max(ratios)
    return {**row, "mean_pixel_difference": difference}


def _hardware() -> str:
    lines = (
        Path("/proc/cpuinfo").read_text().splitlines() if os.path.exists("/proc/cpuinfo") else []
    )
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return (
        f"{os.cpu_count()} cores of {models[0] if models else platform.machine()}; "
        f"TensorFlow {tf.__version__}, PyTorch {torch.__version__}, Pillow {PIL.__version__}"
    )


if __name__ == "__main__":
    main()
