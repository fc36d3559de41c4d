import numpy as np
import pytest

from keras_genre.baselines import trivial_baselines
from keras_genre.scoring import score


@pytest.fixture
def films(make_predictions):
    def make(num_genres):
        random = np.random.default_rng(num_genres)
        labels = random.random((5, num_genres)) < 0.5
        return make_predictions(labels, random.random(labels.shape), split="test")

    return make


def selected(base_rates, films):
    """Return the genres given to each film, by name of the baseline; the same for all films."""
    chosen = {}
    for name, predictions, rule in trivial_baselines(base_rates, films):
        rows = rule.select(predictions.probabilities)
        assert (rows == rows[0]).all()
        chosen[name] = np.nonzero(rows[0])[0].tolist()
    return chosen


@pytest.mark.parametrize(
    ("base_rates", "top"),
    [
        ([0.1, 0.5, 0.2, 0.4, 0.3], [1, 3, 4]),
        ([0.2, 0.5, 0.2, 0.4, 0.2], [0, 1, 3]),  # tied for the third place: the first of them
        ([0.3, 0.3, 0.3, 0.3], [0, 1, 2]),
        ([0.0, 0.0, 0.0, 0.0, 0.9], [0, 1, 4]),
        ([1.0, 1.0, 1.0, 1.0], [0, 1, 2]),
        ([0.5, 0.4, np.float32(0.3), np.nextafter(np.float32(0.3), np.float32(0))], [0, 1, 2]),
        ([0.1, 0.0, 0.3], [0, 1, 2]),
        ([0.4], [0]),
    ],
)
def test_baselines_of_any_rates_select_exactly_the_genres_they_name(films, base_rates, top):
    every = list(range(len(base_rates)))
    assert selected(base_rates, films(len(base_rates))) == {
        "predict nothing": [],
        "top-3 genres": top,
        "every genre": every,
    }


def test_top_three_with_room_at_the_border_has_one_threshold_between(films):
    rule = trivial_baselines([0.1, 0.5, 0.2, 0.4, 0.3], films(5))[1][2]
    assert rule.thresholds == pytest.approx(np.full(5, 0.25))
    assert (rule.method, rule.fitted_on) == ("global", "train")


def test_baselines_keep_the_films_and_use_the_training_rates(films, make_predictions):
    predictions = films(4)
    rates = [0.5, 0.1, 0.0, 0.2]
    for _, baseline, _ in trivial_baselines(rates, predictions):
        baseline.check_same_films(predictions)
        assert baseline.split == "test"
        np.testing.assert_allclose(baseline.probabilities, np.tile(rates, (5, 1)), atol=1e-7)
    other = make_predictions(1 - predictions.labels, predictions.probabilities, split="test")
    for (_, one, rule), (_, two, other_rule) in zip(
        trivial_baselines(rates, predictions), trivial_baselines(rates, other), strict=True
    ):
        np.testing.assert_array_equal(one.probabilities, two.probabilities)
        np.testing.assert_array_equal(rule.thresholds, other_rule.thresholds)


def test_baselines_scored_rank_by_chance(films):
    predictions = films(6)
    defined = predictions.labels.any(axis=0) & ~predictions.labels.all(axis=0)
    assert defined.any()
    for _, baseline, rule in trivial_baselines(np.linspace(0.1, 0.6, 6), predictions):
        table = score(baseline, rule).per_genre[defined]
        assert (table["roc_auc"] == 0.5).all()
        assert table["average_precision"].to_numpy() == pytest.approx(
            table["support"].to_numpy() / 5
        )


@pytest.mark.parametrize("base_rates", [[0.1, 0.2], 0.1, [0.1, 0.2, 1.2], [0.1, 0.2, np.nan]])
def test_baselines_of_unsound_rates_raise(films, base_rates):
    with pytest.raises(ValueError, match="Expected base_rates"):
        trivial_baselines(base_rates, films(3))


def test_baselines_has_every_public_name_and_no_other():
    import keras_genre.baselines as room

    for name in room.__all__:
        assert getattr(room, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'scroe'"):
        _ = room.scroe
