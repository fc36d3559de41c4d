"""Subject: a run as a report shows it."""

import functools
from dataclasses import dataclass

import pandas as pd

from keras_genre.scoring.decision_rule import DecisionRule
from keras_genre.scoring.decisions import Decisions, decide
from keras_genre.scoring.predictions import Predictions


@dataclass(frozen=True, eq=False)
class Subject:
    """A run as a report shows it: everything is a function of what it said.

    Args:
        name: What to call it.
        predictions: What it said of the films that are reported on.
        rule: Its decision rule.
        validation: What it said of validation films, on which its rule was chosen.
        history: Losses and metrics, a row an epoch; None where nothing was trained by epochs.
    """

    name: str
    predictions: Predictions
    rule: DecisionRule
    validation: Predictions
    history: pd.DataFrame | None = None

    @functools.cached_property
    def decisions(self) -> Decisions:
        """What its rule makes of the films that are reported on."""
        return decide(self.predictions, self.rule)
