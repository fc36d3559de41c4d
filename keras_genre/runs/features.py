"""Features: what one encoder says of every film of a split."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Features:
    """What one encoder says of every film of a split, in the order of the records.

    Args:
        movie_ids: The films.
        present: Which films have the modality, bool of shape `(films,)`.
        vectors: float32 of shape `(films, width)`; zeros where it is missing.
        tokens: The tokens of all films, one film after the other in any order, float32 of shape
            `(tokens, width)`; or None where no head reads them.
        starts: Where each film's tokens begin in `tokens`, int64 of shape `(films,)`, or None.
        lengths: How many there are, int64 of shape `(films,)`, or None.
        positions: How many tokens each film has where all have equally many, as posters do; None
            for plots.
    """

    movie_ids: tuple[str, ...]
    present: np.ndarray
    vectors: np.ndarray
    tokens: np.ndarray | None = None
    starts: np.ndarray | None = None
    lengths: np.ndarray | None = None
    positions: int | None = None

    def gather(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Give a batch of films as a fusion head reads them.

        Args:
            rows: Numbers of the films, of shape `(batch,)`.

        Returns:
            `present`, bool of shape `(batch,)`, and `vector`, `(batch, width)`; where there are
            tokens also `tokens`, `(batch, tokens, width)`, and, for plots, `mask`, bool of shape
            `(batch, tokens)`.
        """
        batch = {"present": self.present[rows], "vector": self.vectors[rows]}
        if self.tokens is None:
            return batch
        lengths = self.lengths[rows]
        # A batch of empty plots still needs a column.
        columns = self.positions or max(1, lengths.max(initial=0))
        mask = np.arange(columns) < lengths[:, None]  # (batch, columns)
        tokens = np.zeros((*mask.shape, self.tokens.shape[1]), "float32")
        for row, start, length in zip(tokens, self.starts[rows], lengths, strict=True):
            row[:length] = self.tokens[start : start + length]
        batch["tokens"] = tokens
        return batch if self.positions else {**batch, "mask": mask}

    def hidden(self) -> "Features":
        """The same films, as if all of them lacked the modality."""
        return dataclasses.replace(self, present=np.zeros_like(self.present))
