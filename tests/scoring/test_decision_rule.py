import dataclasses
import json

import numpy as np
import pytest
from sklearn.metrics import f1_score

from keras_genre.errors import RunError
from keras_genre.genres import GenreVocabulary
from keras_genre.scoring import Calibration, DecisionRule
from keras_genre.scoring.calibration_curves import Curve
from keras_genre.scoring.thresholds import shrunk_threshold

VOCABULARY = GenreVocabulary(["Drama", "War"])


def calibration_of(vocabulary):
    return Calibration(vocabulary, ["platt"] * 2, [Curve(0.5, 1.0)] * 2, "validation")


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


def test_fit_per_genre_gives_each_genre_its_own(predictions):
    rule = DecisionRule.fit(predictions)
    fixed = [DecisionRule.fixed(predictions.vocabulary, t) for t in np.linspace(0, 1, 101)]
    assert macro_f1(rule, predictions) >= max(macro_f1(f, predictions) for f in fixed) - 0.005
    assert (rule.method, rule.fitted_on) == ("per_genre", "validation")
    probabilities = rule.calibration.apply(predictions.probabilities)
    for genre in range(3):
        column = predictions.labels[:, genre], probabilities[:, genre]
        assert rule.thresholds[genre] == shrunk_threshold(*column)


def test_fit_of_a_genre_without_films_leaves_it_alone_and_names_it(predictions):
    rule = DecisionRule.fit(predictions)
    assert rule.undefined_genres == ("genre 2",)
    assert rule.calibration.methods[2] == "identity"
    assert 0 < rule.thresholds[2] < 1


def test_fit_global_gives_all_genres_one_threshold(predictions):
    rule = DecisionRule.fit(predictions, method="global")
    assert len(set(rule.thresholds.tolist())) == 1
    others = [dataclasses.replace(rule, thresholds=np.full(3, t)) for t in np.linspace(0, 1, 101)]
    assert micro_f1(rule, predictions) >= max(micro_f1(other, predictions) for other in others)
    assert rule.undefined_genres == ("genre 2",)


def test_fit_top_k_gives_no_film_more_genres_and_some_none(predictions):
    rule = DecisionRule.fit(predictions, method="top_k")
    assert len(set(rule.thresholds.tolist())) == 1
    numbers = rule.select(predictions.probabilities).sum(axis=1)
    assert numbers.min() == 0
    assert numbers.max() <= rule.top_k
    others = [
        dataclasses.replace(rule, top_k=k, thresholds=np.full(3, t))
        for k in (1, 2, 3)
        for t in np.linspace(0, 1, 51)
    ]
    assert micro_f1(rule, predictions) >= max(micro_f1(other, predictions) for other in others)


def test_fixed_top_k_takes_the_highest_over_the_floor():
    rule = DecisionRule.fixed(GenreVocabulary(["Drama", "War", "Sport"]), 0.3, top_k=2)
    films = [[0.9, 0.8, 0.7], [0.1, 0.31, 0.2], [0.3, 0.3, 0.3]]
    assert rule.select(films).astype(int).tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]


def test_select_compares_calibrated_probabilities(predictions):
    rule = DecisionRule.fit(predictions)
    calibrated = rule.calibrated(predictions.probabilities)
    assert np.abs(calibrated - predictions.probabilities).max() > 0.05
    np.testing.assert_array_equal(
        rule.select(predictions.probabilities), calibrated > rule.thresholds
    )


@pytest.mark.parametrize("method", ["per_genre", "global", "top_k"])
@pytest.mark.parametrize("labels", [[[1]], [[0]], [[1, 0]], [[0, 0], [1, 1]]])
def test_fit_of_hardly_any_films_gives_a_sound_rule(make_predictions, method, labels):
    predictions = make_predictions(labels, np.full(np.shape(labels), 0.4))
    rule = DecisionRule.fit(predictions, method)
    assert rule.select(predictions.probabilities).shape == np.shape(labels)
    assert DecisionRule.from_dict(rule.to_dict()).to_dict() == rule.to_dict()


@pytest.mark.parametrize("method", ["global", "top_k"])
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
        ({"top_k": 3}, "None with any other, received 3"),
        ({"method": "top_k"}, "at least 1 with the method 'top_k'.*received None"),
        ({"method": "top_k", "top_k": 0}, "received 0"),
        ({"method": "top_k", "top_k": True}, "received True"),
        (
            {"calibration": calibration_of(GenreVocabulary(["War", "Drama"]))},
            r"calibration for the genres \['Drama', 'War'\]",
        ),
        (
            {"without_plot": DecisionRule.fixed(GenreVocabulary(["War", "Drama"]))},
            "without_plot for the genres",
        ),
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
    assert loaded.to_dict()["version"] == 2
    assert loaded.calibration.to_list() == rule.calibration.to_list()


def test_rule_of_version_one_is_still_read(tmp_path):
    path = tmp_path / "rule.json"
    path.write_text(
        json.dumps(
            {
                "format": "keras_genre.decision_rule",
                "version": 1,
                "genres": ["Drama", "War"],
                "thresholds": [0.25, 0.75],
                "method": "per_genre",
                "fitted_on": "validation",
                "undefined_genres": ["War"],
            }
        )
    )
    rule = DecisionRule.load(path)
    assert (rule.calibration, rule.top_k, rule.without_plot) == (None, None, None)
    assert rule.select([[0.3, 0.7], [0.2, 0.8]]).tolist() == [[True, False], [False, True]]
    assert DecisionRule.load(rule.save(path)).to_dict() == rule.to_dict()


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
        ("version", 3),
        ("genres", "Drama"),
        ("genres", ["Drama", 7]),
        ("thresholds", None),
        ("thresholds", [float("nan"), 0.5]),
        ("method", ["global"]),
        ("fitted_on", "test"),
        ("undefined_genres", [["Drama"]]),
        ("top_k", 3),
        ("top_k", "3"),
        ("calibration", [7, 7]),
        ("calibration", {"Drama": 1}),
        ("without_plot", {"format": "keras_genre.decision_rule"}),
        ("without_poster", DecisionRule.fixed(GenreVocabulary(["War", "Drama"])).to_dict()),
        ("most", 3),
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
