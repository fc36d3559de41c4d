"""Memory and time that posters cost inside a model, hostile ones too, beside a plain decoder.

    python benchmarks/poster_guard.py          # prints two tables, writes poster_guard.csv

Each file is decoded in a fresh process, by `PosterDecoder` and by `tf.io.decode_image` and
`tf.image.resize` (which never look at a header), in a function traced as an exported model's is.
Memory is the most that was resident at once above what was before. Linux only. The figures in
poster_guard.csv come from two cores of an AMD EPYC processor with other work on them, TensorFlow
2.21.
"""

import argparse
import csv
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

_HERE = Path(__file__).parent
_SIZE = 64
_MEASURING = "--measure"


def _encode(image: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _bombs() -> dict[str, bytes]:
    """Small files that claim, or are, far more than a poster."""
    black = Image.new("1", (20_000, 20_000))  # more, and TensorFlow itself refuses some
    frame = _encode(Image.new("P", (5000, 5000)), "GIF")
    first = frame.index(b",", 13)
    slow = _encode(Image.new("L", (7000, 7000)), "JPEG", progressive=True)
    scan = slow[slow.rindex(b"\xff\xda") : -2]
    lie = bytearray(_encode(Image.new("RGB", (8, 8)), "BMP"))
    lie[18:26] = (30_000).to_bytes(4, "little") * 2
    return {
        "PNG, 20000 x 20000": _encode(black, "PNG"),
        "GIF, 20000 x 20000": _encode(black.convert("P"), "GIF"),
        "GIF, 100 frames of 5000 x 5000": frame[:-1] + frame[first:-1] * 99 + b";",
        "BMP, says 30000 x 30000": bytes(lie),
        "WebP, 16000 x 16000": _encode(
            Image.new("RGB", (16_000, 16_000)), "WEBP", lossless=True, quality=0, method=0
        ),
        "JPEG, 20000 x 20000": _encode(black.convert("L"), "JPEG"),
        "JPEG, 7000 x 7000 in 200 scans": slow[:-2] + scan * 194 + slow[-2:],
    }


def _honest() -> dict[str, bytes]:
    """Pictures of 49 megapixels, just below the limit."""
    colors = np.random.default_rng(0).integers(0, 256, (40, 40, 3), "uint8")
    image = Image.fromarray(colors).resize((7000, 7000), Image.Resampling.BICUBIC)
    return {
        "JPEG, 7000 x 7000": _encode(image, "JPEG"),
        "JPEG, 7000 x 7000, progressive": _encode(image, "JPEG", progressive=True),
        "PNG, 7000 x 7000": _encode(image, "PNG", compress_level=1),
        "GIF, 7000 x 7000": _encode(image, "GIF"),
        "BMP, 7000 x 7000": _encode(image, "BMP"),
        "BMP, 7000 x 7000, palette": _encode(image.convert("P"), "BMP"),
        "WebP, 7000 x 7000": _encode(image, "WEBP", method=0),
    }


def _decoders() -> dict:
    import tensorflow as tf

    from keras_genre.preprocessing import PosterDecoder

    def plain(poster):
        image = tf.io.decode_image(poster, channels=3, expand_animations=False)
        image = tf.image.resize(
            tf.ensure_shape(image, (None, None, 3)), (_SIZE, _SIZE), antialias=True
        )
        return tf.cast(tf.round(image), tf.uint8)

    def plain_batch(posters):
        return tf.map_fn(plain, posters, fn_output_signature=tf.uint8)

    layer = PosterDecoder(_SIZE)
    spec = [tf.TensorSpec([None], tf.string)]
    return {
        "PosterDecoder": tf.function(lambda posters: layer(posters), spec, autograph=False),
        "plain": tf.function(plain_batch, spec, autograph=False),
    }


def _kilobytes(name: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{name}:")[1].split()[0])


def _measure(decoder: str, path: str) -> None:
    """Decode one file in this process; print megabytes, milliseconds and what came of it."""
    import tensorflow as tf

    decode = _decoders()[decoder]
    decode(tf.constant([_encode(Image.new("RGB", (60, 90)), "JPEG")] * 2))
    poster = tf.constant([Path(path).read_bytes()])
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before, start = _kilobytes("VmRSS"), time.perf_counter()
    try:
        answer = decode(poster)
        is_read = decoder == "plain" or bool(answer["has_poster"][0])
        outcome = "read" if is_read else "passed over"
    except tf.errors.OpError:
        outcome = "error"
    milliseconds = (time.perf_counter() - start) * 1e3
    print(f"{(_kilobytes('VmHWM') - before) / 1024:.0f},{milliseconds:.0f},{outcome}")


def _measured_apart(decoder: str, path: Path) -> list[str]:
    command = [sys.executable, __file__, _MEASURING, decoder, str(path)]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    if done.returncode:
        return ["", "", "process died"]
    return done.stdout.splitlines()[-1].split(",")


def _memory(folder: Path) -> list[list]:
    rows = []
    for name, content in {**_bombs(), **_honest()}.items():
        path = folder / "poster"
        path.write_bytes(content)
        for decoder in ("PosterDecoder", "plain"):
            megabytes, milliseconds, outcome = _measured_apart(decoder, path)
            rows.append([name, len(content) // 1000, decoder, megabytes, milliseconds, outcome])
            print(f"{name:<34} {len(content) // 1000:>7} kB  {decoder:<14}", end="")
            print(f"{megabytes:>6} MB {milliseconds:>7} ms  {outcome}", flush=True)
    return rows


def _time(folder: Path) -> list[list]:
    import tensorflow as tf

    from keras_genre.catalog import make_synthetic_catalog

    catalog, _ = make_synthetic_catalog(folder / "films", num_films=60, seed=0)
    posters = [Path(path).read_bytes() for path in catalog.frame["poster"] if path][:32]
    large = [
        _encode(Image.open(io.BytesIO(poster)).resize((500, 750)), "JPEG") for poster in posters
    ]
    rows, decoders = [], _decoders()
    for name, sample in (("sample posters", posters), ("500 x 750 JPEG", large)):
        for count in (1, 32):
            batch, seconds = tf.constant(sample[:count]), {decoder: [] for decoder in decoders}
            for _ in range(50):  # in turns, so that what else runs here slows both alike
                for decoder, decode in decoders.items():
                    start = time.perf_counter()
                    decode(batch)
                    seconds[decoder].append(time.perf_counter() - start)
            for decoder, taken in seconds.items():
                milliseconds = f"{statistics.median(taken) * 1e3:.2f}"
                rows.append([f"{count} x {name}", "", decoder, "", milliseconds, "read"])
                print(f"{count:>2} x {name:<29} {'':>10} {decoder:<14}{'':>9} {milliseconds:>7} ms")
    return rows


def main() -> None:
    """Measure everything and write it down."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = _memory(Path(folder)) + _time(Path(folder))
    with open(_HERE / "poster_guard.csv", "w", newline="", encoding="utf-8") as file:
        header = ["file", "kilobytes", "decoder", "peak_megabytes", "milliseconds", "outcome"]
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if sys.argv[1:2] == [_MEASURING]:
        _measure(*sys.argv[2:])
    else:
        main()
