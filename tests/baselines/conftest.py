"""Sample films with their truth, as arrays."""

import numpy as np
import pytest

from keras_genre.catalog import make_synthetic_catalog


@pytest.fixture(scope="session")
def known_films(tmp_path_factory):
    """1,200 films whose best possible score is known: (catalog, truth)."""
    return make_synthetic_catalog(tmp_path_factory.mktemp("known") / "films", 1200, seed=3)


@pytest.fixture(scope="session")
def known_share(known_films):
    """How far probabilities of the test films go from the best constant answer to the best one."""
    from keras_genre.scoring import DecisionRule, Predictions, score

    _, truth = known_films
    splits = np.array(truth.splits)

    def share(predict, given):
        """`predict` gives the probabilities of the films of some row numbers."""
        made = {
            split: Predictions(
                np.array(truth.movie_ids)[rows], truth.labels[rows], predict(rows),
                truth.vocabulary, split,
            )
            for split in ("validation", "test")
            for rows in [np.nonzero(splits == split)[0]]
        }  # fmt: skip
        rule = DecisionRule.fit(made["validation"])
        return truth.share(score(made["test"], rule).overall["macro_f1"], given, "test")

    return share
