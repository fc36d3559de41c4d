import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from keras_genre.evaluation import resampling
from keras_genre.evaluation.resampling import ResampledScores, draw_counts
from keras_genre.scoring import DecisionRule, score


@settings(max_examples=50, deadline=None)
@given(num_films=st.integers(1, 30), num_values=st.integers(1, 40), seed=st.integers(0, 2**32 - 1))
def test_average_precision_with_counts_equals_sklearn(
    make_predictions, num_films, num_values, seed
):
    random = np.random.default_rng(seed)
    labels = random.random((num_films, 1)) < 0.4
    labels[0] = True
    probabilities = random.integers(0, num_values + 1, size=labels.shape) / num_values
    counts = random.poisson(1.0, size=(5, num_films)).astype("int32")
    counts[:, 0] += 1  # at least one positive is drawn
    predictions = make_predictions(labels, probabilities)
    rule = DecisionRule.fixed(predictions.vocabulary)
    scores = ResampledScores(predictions, rule)(counts)
    expected = [
        average_precision_score(labels[:, 0], predictions.probabilities[:, 0], sample_weight=row)
        for row in counts
    ]
    np.testing.assert_allclose(scores[:, 2], expected, atol=1e-9)


@settings(max_examples=30, deadline=None)
@given(num_genres=st.integers(1, 4), seed=st.integers(0, 2**32 - 1))
def test_scores_of_a_resample_equal_the_scores_of_the_films_written_out(
    make_predictions, num_genres, seed
):
    random = np.random.default_rng(seed)
    labels = random.random((12, num_genres)) < 0.15  # rare, so that genres vanish
    probabilities = random.integers(0, 9, size=labels.shape) / 8
    predictions = make_predictions(labels, probabilities)
    rule = DecisionRule.fixed(predictions.vocabulary, 0.55)
    counts = next(draw_counts(12, 4, seed % 1000))
    found = ResampledScores(predictions, rule)(counts)
    for row, values in zip(counts, found, strict=True):
        drawn = make_predictions(
            np.repeat(labels, row, axis=0), np.repeat(probabilities, row, axis=0)
        )
        overall = score(drawn, rule).overall
        np.testing.assert_allclose(
            values, [overall[name] for name in ResampledScores.names], atol=1e-9
        )


def test_draw_counts_in_any_portions_gives_the_same_resamples(monkeypatch):
    whole = np.concatenate(list(draw_counts(7, 20, seed=3)))
    monkeypatch.setattr(resampling, "_COUNTS_AT_ONCE", 22)
    portions = list(draw_counts(7, 20, seed=3))
    assert [len(portion) for portion in portions] == [3, 3, 3, 3, 3, 3, 2]
    np.testing.assert_array_equal(np.concatenate(portions), whole)
    assert (whole.sum(axis=1) == 7).all()
    assert not np.array_equal(whole, np.concatenate(list(draw_counts(7, 20, seed=4))))


def test_draw_counts_of_many_resamples_draws_films_alike():
    counts = next(draw_counts(10, 5000, seed=0))
    np.testing.assert_allclose(counts.mean(axis=0), 1.0, atol=0.06)
    np.testing.assert_allclose(counts.var(axis=0), 0.9, atol=0.1)
