import json
import re

import numpy as np
import pytest
from PIL import Image

from keras_genre.cli.explain import _genre_text
from keras_genre.evaluation.explanation import Explanation, Word

_PLOT = "A safecracker robs the bank. 🤖"


@pytest.mark.parametrize("method", ["occlusion", "integrated-gradients"])
def test_explain_of_a_run_says_words_and_draws_them(run, tiny_run, tmp_path, method):
    picture = tmp_path / "why.png"
    args = ("explain", tiny_run.folder, "--plot", _PLOT, "--method", method)
    code, out, err = run(*args, "--genre", "Crime", "--out", picture)
    assert code == 0, err
    assert out.startswith("Crime  0.")
    assert "plot " in out
    assert " it: " in out
    assert ("completeness error" in out) == (method != "occlusion")
    assert max(map(len, out.splitlines())) <= 80
    words = method.replace("-", " ")
    assert err.startswith(f"Explaining by {words}, asking {tiny_run.folder}.\n")
    assert re.search(r"\n(Films with a part left out|Points on the way.*): \d+ in \d+ s\n", err)
    assert f"Drawn: {picture}" in err
    with Image.open(picture) as image:
        assert image.format == "PNG"
    code, out, _ = run(*args, "--top", 2, "--json")
    answer = json.loads(out)
    assert answer["method"].startswith(method[:9])
    assert [word["text"] for word in answer["words"]] == _PLOT.split()
    assert len(answer["genres"]) == (8 if method == "occlusion" else 2)


def test_explain_of_a_saved_model_tells_the_most_probable_genres(run, exported_model):
    code, out, err = run("explain", exported_model.parent, "--plot", "A heist.", "--top", 2)
    assert code == 0, err
    assert len(out.split("\n\n")) == 2


def test_explain_asks_the_model_that_is_chosen_as_predict_does(run, exported_model):
    models = exported_model.parents[1]
    args = ("explain", "--plot", "A heist.", "--saved-models", models)
    code, out, err = run(*args, "--model", exported_model.parent.name)
    assert code == 0, err
    assert f"asking {exported_model.parent}." in err
    assert out.splitlines()[-1].startswith("(in log-odds: ")
    code, _, err = run(*args, "--model", "nope")
    assert code == 1
    assert "no model 'nope'" in err


def test_explain_says_nothing_of_words_that_round_to_zero():
    words = tuple(Word(text, 0, 1) for text in ("vault", "the"))
    one = np.ones(1)
    explanation = Explanation(
        "occlusion", "vault the", None, ("Crime",), one / 2, words,
        np.array([[0.3], [-0.004]]), None, np.zeros((2, 1)), one,
    )  # fmt: skip
    text = _genre_text(explanation, "Crime")
    assert "words for it: vault +0.30\n" in text
    assert text.endswith("words against it: nothing")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["runs/x"], "--plot, --poster, or both"),
        (
            ["runs/x", "--plot", "x", "--server", "localhost:1"],
            "--server, not both",
        ),
        (["--plot", "x", "--server", "localhost:1"], "--model"),
        (["m", "--plot", "x", "--model", "lstm"], "Leave it out"),
        (["--saved-models", "m", "--plot", "x", "--server", "localhost:1"], "not both"),
        (["m", "--plot", "x", "--method", "integrated-gradients"], "need a run"),
        (["m", "--plot", "x", "--method", "oclusion"], "Did you mean 'occlusion'"),
    ],
)
def test_explain_used_wrongly_exits_with_two(run, args, message):
    code, out, err = run("explain", *args)
    assert (code, out) == (2, "")
    assert message in " ".join(err.split())


def test_explain_of_nothing_named_asks_the_shipped_model(run):
    code, out, err = run("explain", "--plot", "Soldiers of two armies meet at war.", "--json")
    assert code == 0, err
    assert "War" in [genre["name"] for genre in json.loads(out)["genres"]]


def test_explain_that_fails_says_why(run, tiny_run, tmp_path):
    code, out, err = run("explain", tmp_path, "--plot", "x")
    assert (code, out) == (1, "")
    assert "no exported model" in err
    code, _, err = run("explain", tmp_path / "nope", "--plot", "x")
    assert code == 1
    assert "There is no folder" in err
    code, _, err = run("explain", tiny_run.folder, "--plot", "x", "--genre", "Crme")
    assert code == 1
    assert "Did you mean 'Crime'" in err
    code, _, err = run("explain", tiny_run.folder, "--poster", tmp_path / "no.jpg")
    assert code == 1
    assert "no poster file" in err
