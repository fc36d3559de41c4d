"""What cleaning did, noted while it is done."""

from collections.abc import Sequence

import pandas as pd

_COLUMNS = ["movie_id", "title", "rule", "action", "field", "reason"]


class CleaningLog:
    """Collects what each rule does to which films."""

    def __init__(self):
        self._rows = []

    def note(
        self,
        films: pd.DataFrame,
        rule: str,
        action: str,
        field: str = "",
        reasons: Sequence[str] | None = None,
    ) -> None:
        """Note what a rule did.

        Args:
            films: The films that it was done to.
            rule: Name of the rule.
            action: "dropped", "changed" or "emptied".
            field: The field that was changed or emptied.
            reasons: Why, one text a film, where the rule alone does not say it.
        """
        reasons = [""] * len(films) if reasons is None else reasons
        self._rows += [
            (movie_id, title, rule, action, field, reason)
            for movie_id, title, reason in zip(
                films["movie_id"], films["title"], reasons, strict=True
            )
        ]

    def count(self, rule: str) -> int:
        """Return how often a rule has been noted so far."""
        return sum(by == rule for _, _, by, *_ in self._rows)

    def table(self) -> pd.DataFrame:
        """Return everything noted so far, in order, as `CleaningReport.actions`."""
        return pd.DataFrame(self._rows, columns=_COLUMNS, dtype=str)
