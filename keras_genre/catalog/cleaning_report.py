"""CleaningReport: what cleaning did to which film."""

import dataclasses
from pathlib import Path

import pandas as pd

from keras_genre.csv_files import write_csv
from keras_genre.staging import staged_file

_ACTIONS = {"dropped": "films dropped", "changed": "fields changed", "emptied": "fields emptied"}


@dataclasses.dataclass(frozen=True, eq=False)
class CleaningReport:
    """What each rule of `clean` did; nothing is dropped or changed without a line here.

    Args:
        actions: A table in the order of the work, with the columns `movie_id`, `title`, `rule`,
            `action` ("dropped", "changed" or "emptied"), `field` (empty where a film was dropped)
            and `reason`, which names the double that stays.
        rules: The rules that were applied, in order.
        num_before: Films before cleaning.
    """

    actions: pd.DataFrame
    rules: tuple[str, ...]
    num_before: int

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """From each rule applied to how many films it dropped, and fields changed and emptied."""
        counts = {rule: dict.fromkeys(_ACTIONS, 0) for rule in self.rules}
        sizes = self.actions.groupby(["rule", "action"]).size()
        for (rule, action), size in sizes.items():
            counts[rule][action] = int(size)
        return counts

    @property
    def dropped(self) -> pd.DataFrame:
        """The films dropped: `movie_id`, `title`, `rule`, `reason`."""
        return self._of("dropped").drop(columns=["action", "field"])

    @property
    def changed(self) -> pd.DataFrame:
        """The fields changed or emptied, with the columns of `actions`."""
        return self._of("changed", "emptied")

    def _of(self, *actions: str) -> pd.DataFrame:
        return self.actions[self.actions["action"].isin(actions)].reset_index(drop=True)

    def summary(self) -> str:
        """Return what was done for people, at most 80 columns wide."""
        left = self.num_before - len(self.dropped)
        lines = [f"{left} of {self.num_before} films left after cleaning."]
        for rule, counts in self.counts.items():
            done = ", ".join(
                f"{counts[key]} {words}" for key, words in _ACTIONS.items() if counts[key]
            )
            if done:
                lines.append(f"  {rule:<20}  {done}")
        return "\n".join(lines)

    def save(self, path: str | Path) -> None:
        """Write everything that was done as a CSV file, in one step.

        Raises:
            KerasGenreError: If it cannot be written there.
        """
        with staged_file(path) as staged:
            write_csv(self.actions, staged)
