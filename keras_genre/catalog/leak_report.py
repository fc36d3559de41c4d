"""LeakReport: which films stand in two splits at once."""

import dataclasses
from pathlib import Path

import pandas as pd

from keras_genre.csv_files import write_csv
from keras_genre.staging import staged_file

_EXAMPLES = 5
_WIDTH = 80  # of a terminal


@dataclasses.dataclass(frozen=True, eq=False)
class LeakReport:
    """Films of different splits that are probably the same; true if there are any.

    Args:
        pairs: A table with the columns `kind`, `movie_id`, `split`, `other_id`, `other_split`
            and `detail`. The film of the earlier split stands first.
    """

    pairs: pd.DataFrame

    @property
    def counts(self) -> dict[tuple[str, str, str], int]:
        """From kind and two splits to the number of pairs, where there are any."""
        sizes = self.pairs.groupby(["kind", "split", "other_split"], sort=False).size()
        return {key: int(size) for key, size in sizes.items()}

    def summary(self) -> str:
        """Return the counts and the first pairs for people, at most 80 columns wide.

        What would move a terminal's cursor, or change its colours, is written as an escape.
        """
        if not self:
            return "No film stands in two splits."
        lines = [f"Films of different splits are probably the same, {_pairs(len(self))}:"]
        lines += [
            f"  {kind:<14}  {f'{split} and {other}':<20}  {_pairs(count):>15}"
            for (kind, split, other), count in self.counts.items()
        ]
        # One of each kind and pair of splits first: the first five might all be of one kind.
        first = self.pairs.groupby(["kind", "split", "other_split"], sort=False).head(1)
        examples = pd.concat([first, self.pairs.drop(first.index)]).head(_EXAMPLES)
        lines += [
            _shortened(_printable(f"  {pair.movie_id} and {pair.other_id}: {pair.detail}"))
            for pair in examples.itertuples()
        ]
        return "\n".join(lines)

    def save(self, path: str | Path) -> None:
        """Write all pairs as a CSV file, in one step.

        Raises:
            KerasGenreError: If it cannot be written there.
        """
        with staged_file(path) as staged:
            write_csv(self.pairs, staged)

    def __len__(self) -> int:
        return len(self.pairs)


def _pairs(count: int) -> str:
    return f"{count} pair" if count == 1 else f"{count} pairs"


def _printable(line: str) -> str:
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in line
    )


def _shortened(line: str) -> str:
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 3]}..."
