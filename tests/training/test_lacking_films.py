"""What a training learns of films that lack a plot or a poster."""

import numpy as np
from reduced_presets import REDUCED_PRESETS

from keras_genre.models import GenreClassifier
from keras_genre.models.fusion_heads import FUSION_HEADS
from keras_genre.models.poster_encoders import ResNetPosterEncoder
from keras_genre.models.text_encoders import BertTextEncoder
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.preprocessing.plot_tokenizer import PlotTokenizer
from keras_genre.preprocessing.poster_decoder import PosterDecoder
from keras_genre.presets import PRESETS
from keras_genre.runs import Recipe, predict, without_plots, without_posters
from keras_genre.scoring import DecisionRule, Predictions
from keras_genre.training import train
from keras_genre.training.films import TrainingFilms

_TRANSFORMS = {"without_plot": without_plots, "without_poster": without_posters}


def test_films_lacking_a_part_are_predicted_as_the_whole_model_does(sample_dataset, tmp_path):
    """What the frozen text encoder says is known, what the poster encoder says is computed."""
    text = BertTextEncoder(
        200, hidden_dim=6, num_layers=1, num_heads=2, intermediate_dim=8, freeze="all"
    )
    poster = ResNetPosterEncoder(32, stackwise_num_filters=(64,), stackwise_num_blocks=(1,))
    head = FUSION_HEADS["concat"](len(sample_dataset.vocabulary), hidden_dim=4)
    model = GenreClassifier(sample_dataset.vocabulary, head, text, poster)
    preprocessor = MoviePreprocessor(PlotTokenizer(200, 24), PosterDecoder(32))
    preprocessor.adapt(sample_dataset.plots("train"))
    films = TrainingFilms(model, preprocessor, sample_dataset, False, tmp_path)
    whole = films.predict("train", model)
    assert 0 < whole.has_poster.sum() < len(whole)
    lacking = films.predict_lacking("train", model, whole)
    for (name, transform), has in zip(
        _TRANSFORMS.items(), (whole.has_poster, whole.has_plot), strict=True
    ):
        expected = predict(model, preprocessor, sample_dataset, "train", transform=transform)
        expected = expected.of_films(has)
        assert lacking[name].movie_ids.tolist() == expected.movie_ids.tolist()
        np.testing.assert_allclose(lacking[name].probabilities, expected.probabilities, atol=1e-5)
        assert np.abs(expected.probabilities - whole.of_films(has).probabilities).max() > 1e-4
    assert not lacking["without_plot"].has_plot.any()
    assert lacking["without_plot"].has_poster.all()
    assert not lacking["without_poster"].has_poster.any()


def test_training_of_both_modalities_leaves_rules_for_films_that_lack_one(
    sample_dataset, tmp_path, monkeypatch
):
    monkeypatch.setitem(PRESETS, "tiny", REDUCED_PRESETS["concat_fusion_small"])
    run = train(Recipe("tiny", epochs=1), sample_dataset, tmp_path / "run")
    folder = run.folder / "predictions"
    validation = run.predict("validation")
    lacking = {name: Predictions.load(folder / f"validation_{name}.npz") for name in _TRANSFORMS}
    for name, transform in _TRANSFORMS.items():
        computed = run.predict("validation", transform=transform)
        rows = np.isin(computed.movie_ids, lacking[name].movie_ids)
        np.testing.assert_allclose(
            computed.probabilities[rows], lacking[name].probabilities, atol=1e-5
        )
        expected = DecisionRule.fit(lacking[name])
        assert getattr(run.rule, name).to_dict() == expected.to_dict()
    whole = validation.of_films(validation.has_plot & validation.has_poster)
    np.testing.assert_array_equal(run.rule.thresholds, DecisionRule.fit(whole).thresholds)
    assert run.fit_rule("per_genre").to_dict() == run.rule.to_dict()
    assert run.fit_rule("top_k").without_poster.method == "top_k"


def test_training_with_one_threshold_leaves_one_a_genre_where_a_part_is_lacking(
    sample_dataset, tmp_path, monkeypatch
):
    monkeypatch.setitem(PRESETS, "tiny", REDUCED_PRESETS["concat_fusion_small"])
    run = train(Recipe("tiny", epochs=1, rule="global"), sample_dataset, tmp_path / "run")
    rule = run.rule
    assert run.fit_rule("global").to_dict() == rule.to_dict()
    methods = [each.method for each in (rule, rule.without_plot, rule.without_poster)]
    assert methods == ["global", "per_genre", "per_genre"]


def test_training_of_one_modality_leaves_one_rule(tiny_run):
    assert (tiny_run.rule.without_plot, tiny_run.rule.without_poster) == (None, None)
    validation = tiny_run.predict("validation")
    assert validation.has_poster is None
    assert validation.has_plot.dtype == bool
