"""PosterPatches: a poster with one patch after another painted over."""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from keras_genre.evaluation.explanation.film_parts import as_png

_CELLS = 96  # of a poster of 2:3, 12 rows of 8
_FEWEST, _MOST = 4, 24  # along a side
_PATCH = 3  # cells along each side of a patch


class PosterPatches:
    """Overlapping patches of a poster, each painted over in the poster's mean colour.

    The poster is divided into about 96 nearly square cells; a patch covers 3x3 of them, and the
    next patch begins one cell on. The mean colour takes what is drawn there away and leaves the
    poster as bright as it was.

    Args:
        picture: The poster, in RGB.

    Reference:
        Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks",
        arXiv:1311.2901.
    """

    def __init__(self, picture: Image.Image):
        self._picture = picture
        width, height = picture.size
        columns = round((_CELLS * width / height) ** 0.5)
        self.columns = min(max(columns, _FEWEST), _MOST)
        self.rows = min(max(round(_CELLS / self.columns), _FEWEST), _MOST)
        self._corners = [
            (row, column)
            for row in range(self.rows - _PATCH + 1)
            for column in range(self.columns - _PATCH + 1)
        ]

    def __len__(self) -> int:
        """The number of patches."""
        return len(self._corners)

    def occluded(self) -> Iterator[bytes]:
        """Yield the poster without each patch, as PNG."""
        width, height = self._picture.size
        colour = tuple(np.asarray(self._picture).mean(axis=(0, 1)).round().astype(int).tolist())
        x = np.linspace(0, width, self.columns + 1).round().astype(int)
        y = np.linspace(0, height, self.rows + 1).round().astype(int)
        for row, column in self._corners:
            box = (x[column], y[row], x[column + _PATCH], y[row + _PATCH])
            picture = self._picture.copy()
            picture.paste(colour, tuple(map(int, box)))
            yield as_png(picture)

    def heat(self, drops: np.ndarray) -> np.ndarray:
        """Give each cell the mean of the patches that cover it.

        Args:
            drops: What the log-odds lose by each patch, of shape `(patches, genres)`.

        Returns:
            Floats of shape `(genres, rows, columns)`.
        """
        total = np.zeros((drops.shape[1], self.rows, self.columns))
        count = np.zeros((self.rows, self.columns))
        for (row, column), drop in zip(self._corners, drops, strict=True):
            cells = np.s_[row : row + _PATCH, column : column + _PATCH]
            total[:, *cells] += drop[:, None, None]
            count[cells] += 1
        return total / count
