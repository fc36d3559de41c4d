import itertools
import re

import pandas as pd
import pytest

from keras_genre.evaluation.comparison.questions import answers

# By falling macro F1, as a comparison has them.
ABOUT = {
    "late": {"text": "bert", "poster": "resnet", "fusion": "late", "pretrained": True},
    "bert": {"text": "bert", "pretrained": True},
    "gated": {"text": "bert", "poster": "resnet", "fusion": "gated", "pretrained": True},
    "words": {"text": "tfidf"},
    "lstm": {"text": "lstm", "pretrained": False},
    "cnn": {"poster": "cnn64", "pretrained": False},
}


@pytest.fixture
def answer(make_system):
    """Answer the questions about some of the systems, those told apart given as pairs."""

    def call(names, *apart, micro_apart=()):
        systems = [make_system(name, [[1], [0]], [[0.9], [0.1]], **ABOUT[name]) for name in names]
        rows = []
        for score, told in (("macro_f1", apart), ("micro_f1", micro_apart)):
            for a, b in itertools.combinations(names, 2):
                reach = 0.02 if (a, b) in told else 0.05
                rows.append(
                    {
                        "score": score,
                        "a": a,
                        "b": b,
                        "difference": 0.03,
                        "low": 0.03 - reach,
                        "high": 0.03 + reach,
                        "told_apart": (a, b) in told,
                    }
                )
        return {found.question: found for found in answers(systems, pd.DataFrame(rows))}

    return call


def test_questions_of_a_tie_name_no_winner(answer):
    found = answer(list(ABOUT))
    assert len(found) == 4
    for one in found.values():
        assert one.decided is False
        assert " above " not in one.text
        assert "cannot tell" in one.text or "no winner" in one.text


def test_question_of_fusion_compares_the_best_of_each(answer):
    found = answer(list(ABOUT), ("late", "bert"))["Does fusion beat one modality?"]
    assert found.decided
    assert found.text == (
        "late (best fusion of plot and poster) against bert (best single modality): by macro F1 "
        "late is above bert (+0.030 [+0.010, +0.050]); by micro F1 these films cannot tell, as "
        "the interval spans zero (+0.030 [-0.020, +0.080])."
    )


def test_question_of_fusion_that_loses_says_who_is_above(answer):
    found = answer(["bert", "gated"], ("bert", "gated"))["Does fusion beat one modality?"]
    assert "by macro F1 bert is above gated (+0.030 [+0.010, +0.050])" in found.text


def test_question_which_fusion_is_asked_on_the_same_encoders_alone(answer):
    assert answer(["late", "bert"])["Which fusion?"].decided is None
    tied = answer(["late", "gated"])["Which fusion?"]
    assert "not told apart from gated" in tied.text
    assert "(bert and resnet)" in tied.text
    won = answer(["late", "gated"], ("late", "gated"))["Which fusion?"]
    assert won.decided
    assert "late is above gated" in won.text


def test_question_of_pretraining_is_asked_within_a_modality(answer):
    found = answer(["bert", "words", "lstm", "cnn"], ("bert", "lstm"))
    on_plots = found["Does pretraining help, on plots?"]
    assert on_plots.text.startswith(
        "bert (best pretrained system) against lstm (best system from scratch)"
    )
    assert answer(["bert", "cnn"])["Does pretraining help?"].decided is None


def test_question_that_the_systems_cannot_answer_says_what_is_lacking(answer):
    found = answer(["bert", "lstm"])
    assert found["Does fusion beat one modality?"].text == (
        "These systems cannot answer it: there is no fusion of plot and poster."
    )
    assert "no system on posters alone" in found["Do plots or posters say more?"].text


@pytest.mark.parametrize("apart", list(itertools.combinations(ABOUT, 2)))
def test_questions_name_a_winner_only_where_the_interval_leaves_zero_out(answer, apart):
    for found in answer(list(ABOUT), apart).values():
        for winner, loser in re.findall(r"by macro F1 (\w+) is above (\w+)", found.text):
            assert (winner, loser) == apart
