import numpy as np
import pytest
from scipy.special import expit

from keras_genre.genres import GenreVocabulary
from keras_genre.scoring import Guarantee, Predictions
from keras_genre.scoring.guaranteed_thresholds import precision_threshold, recall_threshold


def drawn(films, seed, mean=-1.0):
    """One genre of which the model says the truth."""
    random = np.random.default_rng(seed)
    probabilities = expit(random.normal(mean, 3, films)).astype("float32")
    return random.random(films) < probabilities, probabilities


NEW_LABELS, NEW_PROBABILITIES = drawn(100_000, 12345)


def new_recall(threshold):
    return (NEW_PROBABILITIES[NEW_LABELS] > threshold).mean()


@pytest.mark.parametrize("films", [30, 100])
@pytest.mark.parametrize("level", [0.8, 0.9])
def test_recall_threshold_holds_on_average_over_draws(films, level):
    found = [recall_threshold(*drawn(films, seed), level) for seed in range(400)]
    sure = [threshold for threshold in found if not np.isnan(threshold)]
    # Where it is undefined, every film counts as tagged: that is what "on average" is about.
    recalls = [new_recall(threshold) for threshold in sure] + [1.0] * (len(found) - len(sure))
    assert level - 0.005 <= np.mean(recalls) <= level + 0.08


def test_recall_threshold_is_as_high_as_it_may_be():
    """Of 9 films, the lowest is passed over with a chance of 1 in 10, and of 8 in 9."""
    probabilities = np.linspace(0.1, 0.9, 9).astype("float32")
    labels = np.ones(9, bool)
    threshold = recall_threshold(labels, probabilities, 0.9)
    assert threshold < probabilities[0]
    assert threshold == pytest.approx(0.1)
    assert recall_threshold(labels, probabilities, 0.79) == pytest.approx(0.2)
    assert np.isnan(recall_threshold(labels[:8], probabilities[:8], 0.9))
    assert np.isnan(recall_threshold(~labels, probabilities, 0.9))


@pytest.mark.parametrize(("films", "mean"), [(150, 2.0), (600, -1.0)])
def test_precision_threshold_holds_with_the_confidence_over_draws(films, mean):
    """Without the test, the precision on validation would be too low in half of the draws."""
    labels, probabilities = drawn(100_000, 999, mean)
    precisions = []
    for seed in range(400):
        threshold = precision_threshold(*drawn(films, seed, mean), 0.9, 0.9)
        if not np.isnan(threshold):
            precisions.append(labels[probabilities > threshold].mean())
    assert len(precisions) > 200  # else nothing was guaranteed
    assert np.sum(np.array(precisions) < 0.9) / 400 <= 0.1


def test_precision_threshold_of_a_useless_model_is_undefined():
    random = np.random.default_rng(0)
    promised = [
        precision_threshold(
            random.random(500) < 0.85, random.random(500).astype("float32"), 0.9, 0.9
        )
        for _ in range(200)
    ]
    assert (~np.isnan(promised)).mean() <= 0.1


def test_precision_threshold_survives_a_wrong_film_at_the_top():
    probabilities = np.linspace(1, 0, 1000).astype("float32")
    labels = probabilities > 0.5
    labels[0] = False
    threshold = precision_threshold(labels, probabilities, 0.9, 0.9)
    assert 0.4 < threshold < 0.5


def test_precision_threshold_of_equal_probabilities_is_undefined():
    labels = np.arange(200) < 199
    assert np.isnan(precision_threshold(labels, np.full(200, 0.5, "float32"), 0.9, 0.9))


@pytest.fixture
def predictions():
    """A frequent genre, a rare one, and one that no film has."""

    def make(split, films=2000, seed=0):
        random = np.random.default_rng(seed)
        logits = random.normal([0, -5, -5], 3, (films, 3))
        labels = random.random(logits.shape) < expit(logits)
        if split == "validation":
            labels[np.nonzero(labels[:, 1])[0][8:], 1] = False
        labels[:, 2] = False
        vocabulary = GenreVocabulary(["Drama", "War", "Sport"])
        ids = [f"{split} {number}" for number in range(films)]
        return Predictions(ids, labels, expit(logits), vocabulary, split)

    return make


@pytest.mark.parametrize("kind", ["recall", "precision"])
def test_guarantee_holds_on_test_films_and_names_who_has_none(predictions, kind):
    guarantee = Guarantee.fit(predictions("validation"), kind, 0.9)
    assert guarantee.genres == ("Drama",)
    assert guarantee.confidence == (None if kind == "recall" else 0.9)
    test = predictions("test", seed=1)
    table = guarantee.check(test)
    drama = table.loc["Drama"]
    assert drama[kind] > 0.88
    assert drama["low"] < drama[kind] < drama["high"]
    tagged = test.probabilities[:, 0] > guarantee.thresholds[0]
    assert drama["tagged"] == tagged.sum()
    assert drama["recall"] == pytest.approx(tagged[test.labels[:, 0] == 1].mean())
    assert drama["precision"] == pytest.approx(test.labels[tagged, 0].mean())
    without = table.loc[["War", "Sport"]]
    assert without["threshold"].isna().all()
    assert (without[["tagged", "decided"]] == 0).all(axis=None)


def test_guarantee_decides_what_it_may_and_leaves_the_rest(predictions):
    test = predictions("test", seed=1)
    recall = Guarantee.fit(predictions("validation"), "recall", 0.9)
    precision = Guarantee.fit(predictions("validation"), "precision", 0.9)
    over = test.probabilities[:, 0] > precision.thresholds[0]
    np.testing.assert_array_equal(precision.decided(test.probabilities)[:, 0], over)
    under = test.probabilities[:, 0] <= recall.thresholds[0]
    np.testing.assert_array_equal(recall.decided(test.probabilities)[:, 0], under)
    assert not recall.decided(test.probabilities)[:, 1:].any()
    shares = precision.shares(test)
    assert shares["decisions"] == pytest.approx(over.mean() / 3)
    assert shares["films"] == pytest.approx(over.mean())
    assert shares["open_genres"] == pytest.approx(3 - over.mean())


@pytest.mark.parametrize("kind", ["recall", "precision"])
def test_guarantee_of_one_film_promises_nothing(make_predictions, kind):
    guarantee = Guarantee.fit(make_predictions([[1]], [[0.9]]), kind, 0.9)
    assert guarantee.genres == ()
    assert not guarantee.decided([[0.99]]).any()
    table = guarantee.check(make_predictions([[1]], [[0.9]], split="test"))
    assert table[["recall", "precision", "low"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("accuracy", 0.9), "Unknown kind 'accuracy'"),
        (("recall", 1.0), "level between 0 and 1.*received 1.0"),
        (("precision", 0.9, 0.0), "confidence between 0 and 1"),
    ],
)
def test_fit_of_unsound_arguments_raises(predictions, arguments, message):
    with pytest.raises(ValueError, match=message):
        Guarantee.fit(predictions("validation"), *arguments)


def test_guarantee_on_the_test_split_or_other_genres_raises(predictions, make_predictions):
    with pytest.raises(ValueError, match="fitted on the test split"):
        Guarantee.fit(predictions("test"), "recall", 0.9)
    guarantee = Guarantee.fit(predictions("validation"), "recall", 0.9)
    others = make_predictions([[1, 0, 0]], [[0.9, 0.1, 0.1]], split="test")
    for look in (guarantee.check, guarantee.shares):
        with pytest.raises(ValueError, match="of the genres"):
            look(others)
