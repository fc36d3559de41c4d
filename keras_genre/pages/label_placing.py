"""Labels that do not overlap."""

import numpy as np

_GRID = 90


def free_places(
    wanted: np.ndarray, sizes: np.ndarray, area: np.ndarray, keep_off: np.ndarray | None = None
) -> np.ndarray:
    """Find for each box the free place nearest to where it is wanted, one box after the other.

    A place is free where the box lies in the area and covers no box placed before and no point of
    `keep_off`. There is no chance in it.

    Args:
        wanted: Centers of the boxes, of shape `(boxes, 2)`; the first ones have the best choice.
        sizes: Width and height of each, of shape `(boxes, 2)`, in the same unit.
        area: Width and height of the area, whose corner is (0, 0).
        keep_off: Points that no box may cover, of shape `(points, 2)`.

    Returns:
        The new centers. Where nothing is free, a box stays where it is wanted.
    """
    points = np.empty((0, 2)) if keep_off is None else keep_off
    centers = np.empty((0, 2))
    for center, size in zip(wanted, sizes, strict=True):
        places = _places(center, size, area)
        needed = np.concatenate([sizes[: len(centers)], np.zeros_like(points)]) + size
        apart = np.abs(places[:, None] - np.concatenate([centers, points]))
        covers = (apart < needed / 2 - 1e-6).all(axis=2).any(axis=1)
        centers = np.vstack([centers, places[covers.argmin()]])
    return centers


def _places(center: np.ndarray, size: np.ndarray, area: np.ndarray) -> np.ndarray:
    """Places of a box in the area: the one wanted, then those of a grid, nearest first."""
    least, most = size / 2, np.maximum(area - size / 2, size / 2)
    axes = [np.linspace(least[axis], most[axis], _GRID) for axis in (0, 1)]
    grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    nearest = ((grid - center) ** 2).sum(axis=1).argsort(kind="stable")
    return np.concatenate([np.clip(center, least, most)[None], grid[nearest]])
