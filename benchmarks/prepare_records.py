"""Films a second of `write_records`, beside a plain loop over Pillow that does the same work.

    python benchmarks/prepare_records.py       # drawn films; writes the CSV

The loop opens a poster, makes it RGB, reduces its short side to 448 pixels with the same filter,
encodes it with the same quality and writes the film as a TFRecord, one film after the other in one
process. `write_records` also checks the catalogue, hashes and verifies all that it has written.
Posters are drawn by the project's generator and enlarged to 1000 x 1500 pixels, the usual size of
an original, and to 2000 x 3000; grain is added, so that decoding takes as long as that of a print.
Both sides take turns; the ratio is taken within each round, and its median given with the lowest
and the highest.
"""

import io
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
from PIL import Image

import keras_genre as kg
from keras_genre.data.examples import film_example

_POSTER_SIZE = 448
_ROUNDS = 3


def main() -> None:
    """Draw, measure, print, write."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for size, films in (((1000, 1500), 120), ((2000, 3000), 40)):
            catalog = _catalog(Path(folder) / f"films-{size[0]}", films, size)
            results.extend(_measure(catalog, size, Path(folder)))
    table = pd.DataFrame(results)
    print(_hardware())
    print(table.to_string(index=False, float_format="%.2f"))
    table = table.assign(hardware=_hardware())
    table.to_csv(Path(__file__).with_suffix(".csv"), index=False, float_format="%.2f")


def _catalog(folder: Path, films: int, size: tuple[int, int]):
    """Sample films whose posters are all there, large and grainy."""
    catalog, _ = kg.catalog.make_synthetic_catalog(folder, films)
    random = np.random.default_rng(0)
    for path in filter(None, catalog.frame["poster"]):
        with Image.open(path) as image:
            drawn = image.convert("RGB").resize(size, Image.Resampling.BICUBIC)
        grain = random.normal(0, 6, (size[1], size[0], 1))
        pixels = np.clip(np.asarray(drawn) + grain, 0, 255).astype("uint8")
        Image.fromarray(pixels).save(path, "JPEG", quality=92)
    return catalog


def _measure(catalog, size: tuple[int, int], folder: Path) -> list[dict]:
    sides = {
        "plain loop": _plain_loop,
        "write_records, one worker": lambda catalog, out: _write(catalog, out, 1),
        "write_records": lambda catalog, out: _write(catalog, out, None),
    }
    rates = {name: [] for name in sides}
    for number in range(_ROUNDS):
        for name, side in sides.items():
            out = folder / f"{name}-{size[0]}-{number}"
            start = time.perf_counter()
            side(catalog, out)
            rates[name].append(len(catalog) / (time.perf_counter() - start))
    return [
        {
            "poster": f"{size[0]} x {size[1]}",
            "how": name,
            "films_per_second": statistics.median(rates[name]),
            **_ratios(rates[name], rates["plain loop"]),
        }
        for name in sides
    ]


def _ratios(rates: list[float], plain: list[float]) -> dict[str, float]:
    ratios = [rate / other for rate, other in zip(rates, plain, strict=True)]
    return {
        "times_plain": statistics.median(ratios),
        "times_lowest": min(ratios),
        "times_highest": max(ratios),
    }


def _write(catalog, out: Path, workers: int | None) -> None:
    kg.data.write_records(catalog, out, _POSTER_SIZE, workers=workers)


def _plain_loop(catalog, out: Path) -> None:
    out.mkdir()
    with tf.io.TFRecordWriter(str(out / "all.tfrecord")) as writer:
        for film in catalog.frame.itertuples():
            poster = _plain_poster(film.poster) if film.poster else b""
            writer.write(film_example(film, poster, catalog.vocabulary, "plot"))


def _plain_poster(path: str) -> bytes:
    with Image.open(path) as image:
        picture = image.convert("RGB")
    short = min(picture.size)
    new_size = [round(side * _POSTER_SIZE / short) for side in picture.size]
    out = io.BytesIO()
    picture.resize(new_size, Image.Resampling.LANCZOS).save(out, "JPEG", quality=90)
    return out.getvalue()


def _hardware() -> str:
    lines = (
        Path("/proc/cpuinfo").read_text().splitlines() if os.path.exists("/proc/cpuinfo") else []
    )
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return (
        f"{os.cpu_count()} cores of {models[0] if models else platform.machine()}; "
        f"TensorFlow {tf.__version__}, Pillow {PIL.__version__}"
    )


if __name__ == "__main__":
    main()
