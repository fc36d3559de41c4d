"""Monotone curves from a model's logits to calibrated ones.

A curve is a straight line with bends: `slope * x + bias + sum(bend * max(x - knot, 0))`. All
methods are curves of this one kind, so the served graph draws them all alike and exactly.
"""

from typing import NamedTuple

import numpy as np

__all__ = ["IDENTITY", "Curve"]


class Curve(NamedTuple):
    """`slope * x + bias`, bent at each knot by so much.

    Args:
        slope: Of the line up to the first knot; above 0.
        bias: Of that line.
        knots: Where it bends, ascending.
        bends: How much the slope changes at each.
    """

    slope: float = 1.0
    bias: float = 0.0
    knots: tuple[float, ...] = ()
    bends: tuple[float, ...] = ()

    def __call__(self, logits: np.ndarray) -> np.ndarray:
        """Return calibrated logits of shape `(films,)`."""
        beyond = np.maximum(logits[:, None] - np.asarray(self.knots), 0)  # (films, knots)
        return self.slope * logits + self.bias + beyond @ np.asarray(self.bends)


IDENTITY = Curve()
