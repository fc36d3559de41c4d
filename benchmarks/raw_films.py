"""Films as they come, and what a user of PyTorch or ONNX Runtime does before and after the network.

No TensorFlow: the word pieces are those of `tokenizers`, the JPEGs decoded by Pillow.
"""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image


class RawFilms:
    """Plots and encoded posters, read into memory."""

    def __init__(self, folder: str):
        self.plots = json.loads(Path(folder, "plots.json").read_text())
        self.posters = [
            Path(folder, f"{number}.jpg").read_bytes() for number in range(len(self.plots))
        ]

    def __len__(self):
        return len(self.plots)

    def rows(self, rows: list[int]) -> tuple[list[str], list[bytes]]:
        """Plots and posters of some films."""
        return [self.plots[row] for row in rows], [self.posters[row] for row in rows]


class FilmReader:
    """From plots and posters to a network's arrays.

    Args:
        vocabulary: A file with a word piece a line.
        max_tokens: Most pieces of a plot.
        image_size: Of the square that posters are resized to.
    """

    def __init__(self, vocabulary: Path, max_tokens: int, image_size: int = 224):
        from tokenizers import BertWordPieceTokenizer

        pieces = Path(vocabulary).read_text(encoding="utf-8").splitlines()
        self._tokenizer = BertWordPieceTokenizer(
            {piece: number for number, piece in enumerate(pieces)}, lowercase=True
        )
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer.enable_padding()  # to the longest of the batch
        self._size = (image_size, image_size)

    def __call__(self, plots, posters) -> tuple[np.ndarray, np.ndarray]:
        """Return int64 ids `(films, tokens)`, 0 for padding, and uint8 images, channels last."""
        ids = np.array([each.ids for each in self._tokenizer.encode_batch(plots)])
        return ids, np.stack([self._image(poster) for poster in posters])

    def _image(self, poster: bytes) -> np.ndarray:
        with Image.open(io.BytesIO(poster)) as image:
            return np.asarray(image.convert("RGB").resize(self._size, Image.Resampling.BILINEAR))


class Decider:
    """From logits to calibrated probabilities and decisions.

    Args:
        rule: Arrays `thresholds`, and `slopes`, `biases`, `knots` and `bends` of the curves that
            calibrate logits, or none of them.
    """

    def __init__(self, rule: dict):
        self._rule = {name: np.array(value, "float32") for name, value in rule.items()}

    def __call__(self, logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return probabilities and which genres are given, both `(films, genres)`."""
        if "slopes" in self._rule:
            rule = self._rule
            curved = rule["slopes"] * logits + rule["biases"]
            for knot, bend in zip(rule["knots"], rule["bends"], strict=True):
                curved += bend * np.maximum(logits - knot, 0)
            logits = curved
        probabilities = 1 / (1 + np.exp(-logits))
        return probabilities, probabilities > self._rule["thresholds"]
