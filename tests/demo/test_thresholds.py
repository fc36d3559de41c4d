import json

import pytest

from keras_genre.client import GenrePrediction
from keras_genre.demo.thresholds import film_rule
from keras_genre.genres import GenreVocabulary
from keras_genre.scoring import DecisionRule

GENRES = GenreVocabulary(["Drama", "War"])
PREDICTION = GenrePrediction((), {"Drama": 0.2, "War": 0.3}, "m", 2)


@pytest.fixture
def models(tmp_path):
    """A model with a manifest, whose films without poster have thresholds of their own."""
    rule = DecisionRule(
        GENRES, [0.5, 0.25], "fixed", "", without_poster=DecisionRule.fixed(GENRES, 0.75)
    )
    folder = tmp_path / "m" / "2" / "assets.extra"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"rule": rule.to_dict()}))
    return {"m": tmp_path / "m"}


def test_film_rule_is_read_from_the_version_that_answered(models):
    rule = film_rule(models, PREDICTION, has_plot=True, has_poster=True)
    assert rule.thresholds == {"Drama": 0.5, "War": 0.25}
    assert rule.top_k is None


def test_film_rule_of_a_film_without_poster_is_that_of_such_films(models):
    rule = film_rule(models, PREDICTION, has_plot=True, has_poster=False)
    assert rule.thresholds == {"Drama": 0.75, "War": 0.75}


@pytest.mark.parametrize("content", [None, "{", "{}", '{"rule": {}}'])
def test_film_rule_of_a_model_that_tells_none_is_none(models, content):
    manifest = models["m"] / "2" / "assets.extra" / "manifest.json"
    manifest.unlink() if content is None else manifest.write_text(content)
    assert film_rule(models, PREDICTION, True, True) is None


def test_film_rule_of_an_unknown_model_is_none():
    assert film_rule({}, PREDICTION, True, True) is None
