import json

import numpy as np
import pytest
from sklearn.metrics import f1_score

from keras_genre.errors import RunError
from keras_genre.genres import GenreVocabulary
from keras_genre.scoring import DecisionRule

VOCABULARY = GenreVocabulary(["Drama", "War"])


@pytest.fixture
def predictions(make_predictions):
    random = np.random.default_rng(0)
    labels = random.random((200, 3)) < [0.5, 0.2, 0.0]
    return make_predictions(labels, (labels * 0.3 + random.random((200, 3))) / 1.3)


def micro_f1(rule, predictions):
    selected = rule.select(predictions.probabilities)
    return f1_score(predictions.labels, selected, average="micro")


def macro_f1(rule, predictions):
    selected = rule.select(predictions.probabilities)
    return f1_score(predictions.labels[:, :2], selected[:, :2], average="macro")


def test_select_at_the_threshold_is_strict():
    rule = DecisionRule.fixed(VOCABULARY, 0.5)
    above = np.nextafter(np.float32(0.5), np.float32(1))
    assert rule.select([[0.5, above], [0.0, 1.0]]).tolist() == [[False, True], [False, True]]
    assert rule.select([0.5, above]).tolist() == [False, True]


def test_select_of_float64_compares_as_float32():
    rule = DecisionRule.fixed(VOCABULARY, 0.1)
    assert rule.thresholds.dtype == "float32"
    # A little over float32(0.1) in float64, and the same number in float32.
    assert not rule.select(np.array([0.1 + 2e-9, 0.1])).any()


@pytest.mark.parametrize(
    ("probabilities", "message"),
    [(np.zeros((2, 3)), r"shape \(films, 2\)"), ([[0.1, np.nan]], "received NaN")],
)
def test_select_of_unsound_probabilities_raises(probabilities, message):
    with pytest.raises(ValueError, match=message):
        DecisionRule.fixed(VOCABULARY).select(probabilities)


def test_fit_per_genre_gives_each_genre_its_own_best(predictions):
    rule = DecisionRule.fit(predictions)
    best_fixed = max(
        macro_f1(DecisionRule.fixed(predictions.vocabulary, t), predictions)
        for t in np.linspace(0, 1, 101)
    )
    assert macro_f1(rule, predictions) >= best_fixed
    assert rule.thresholds[0] != rule.thresholds[1]
    assert (rule.method, rule.fitted_on) == ("per_genre", "validation")


def test_fit_of_a_genre_without_films_gives_one_half_and_names_it(predictions):
    rule = DecisionRule.fit(predictions)
    assert rule.undefined_genres == ("genre 2",)
    assert rule.thresholds[2] == 0.5


def test_fit_global_gives_all_genres_one_threshold(predictions):
    rule = DecisionRule.fit(predictions, method="global")
    assert len(set(rule.thresholds.tolist())) == 1
    best_fixed = max(
        micro_f1(DecisionRule.fixed(predictions.vocabulary, t), predictions)
        for t in np.linspace(0, 1, 101)
    )
    assert micro_f1(rule, predictions) >= best_fixed
    assert rule.undefined_genres == ("genre 2",)


@pytest.mark.parametrize("method", ["global", "per_genre"])
def test_fit_without_any_genre_gives_one_half(make_predictions, method):
    rule = DecisionRule.fit(make_predictions([[0, 0]], [[0.9, 0.1]]), method)
    assert rule.thresholds.tolist() == [0.5, 0.5]
    assert rule.undefined_genres == ("genre 0", "genre 1")


def test_fit_on_the_test_split_raises(make_predictions):
    with pytest.raises(ValueError, match="cannot be fitted on the test split"):
        DecisionRule.fit(make_predictions([[1]], [[0.9]], split="test"))


def test_fit_with_an_unknown_method_raises(predictions):
    with pytest.raises(ValueError, match="Unknown method 'fixed'"):
        DecisionRule.fit(predictions, "fixed")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"thresholds": [0.5]}, r"shape \(2,\).*received \(1,\)"),
        ({"thresholds": [0.5, 1.5]}, r"in \[0, 1\], received 1.5 for 'War'"),
        ({"thresholds": [np.nan, 0.5]}, "received nan for 'Drama'"),
        ({"thresholds": [0.5, 1e300]}, "received inf for 'War'"),
        ({"thresholds": ["0.5", "0.5"]}, "thresholds as numbers"),
        ({"thresholds": [[0.5], [0.5, 0.5]]}, "thresholds as numbers"),
        ({"method": "best"}, "Unknown method 'best'"),
        ({"fitted_on": "test"}, "cannot be fitted on the test split"),
        ({"fitted_on": "Test"}, "Unknown split 'Test'"),
        ({"undefined_genres": ["Waltz"]}, "Unknown genre 'Waltz' in undefined_genres"),
        ({"vocabulary": ["Drama", "War"]}, "as a GenreVocabulary"),
    ],
)
def test_rule_of_unsound_values_raises_and_names_them(changes, message):
    sound = {
        "vocabulary": VOCABULARY,
        "thresholds": [0.5, 0.5],
        "method": "per_genre",
        "fitted_on": "validation",
    }
    with pytest.raises(ValueError, match=message):
        DecisionRule(**{**sound, **changes})


def test_rule_saved_and_loaded_is_exactly_equal(predictions, tmp_path):
    rule = DecisionRule.fit(predictions)
    loaded = DecisionRule.load(rule.save(tmp_path / "rule.json"))
    np.testing.assert_array_equal(loaded.thresholds, rule.thresholds, strict=True)
    assert loaded.vocabulary == rule.vocabulary
    assert loaded.to_dict() == rule.to_dict()
    assert loaded.to_dict()["version"] == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"3"])
def test_load_of_another_file_raises_run_error(tmp_path, content):
    path = tmp_path / "rule.json"
    path.write_bytes(content)
    with pytest.raises(RunError, match=r"rule\.json does not hold a sound decision rule"):
        DecisionRule.load(path)


def test_load_without_a_file_raises_run_error(tmp_path):
    with pytest.raises(RunError, match=r"no decision rule at .*rule\.json"):
        DecisionRule.load(tmp_path / "rule.json")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", "keras_genre.predictions"),
        ("version", 2),
        ("genres", "Drama"),
        ("genres", ["Drama", 7]),
        ("thresholds", None),
        ("thresholds", [float("nan"), 0.5]),
        ("method", ["global"]),
        ("fitted_on", "test"),
        ("undefined_genres", [["Drama"]]),
        ("top_k", 3),
    ],
)
def test_load_of_an_unsound_field_raises_run_error_and_names_it(tmp_path, field, value):
    values = {**DecisionRule.fixed(VOCABULARY).to_dict(), field: value}
    path = tmp_path / "rule.json"
    path.write_text(json.dumps(values))
    named = "test split" if value == "test" else field
    with pytest.raises(RunError, match=named) as caught:
        DecisionRule.load(path)
    assert str(path) in str(caught.value)


def test_load_without_a_field_raises_run_error_and_names_it(tmp_path):
    path = tmp_path / "rule.json"
    whole = DecisionRule.fixed(VOCABULARY).to_dict()
    for field in whole:
        path.write_text(json.dumps({k: v for k, v in whole.items() if k != field}))
        with pytest.raises(RunError, match=f"Field '{field}'"):
            DecisionRule.load(path)
