import click
import pytest

from keras_genre.cli import model_choice
from keras_genre.cli.model_choice import choose_model, models_folder
from keras_genre.errors import ModelNotFoundError, ServerError


@pytest.fixture(autouse=True)
def shipped(tmp_path, monkeypatch):
    """A package that ships a model, and an empty folder to work in."""
    folder = make_models(tmp_path / "package", "compact_fusion")
    monkeypatch.setattr(model_choice, "shipped_models", lambda: folder)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return folder


def make_models(folder, *names):
    for name in names:
        (folder / name / "1").mkdir(parents=True)
        (folder / name / "1" / "saved_model.pb").touch()
    return folder


def test_nothing_named_and_nothing_here_is_the_shipped_model(shipped):
    assert models_folder(None) == shipped
    assert choose_model(None, None) == shipped / "compact_fusion"


def test_models_here_come_before_the_shipped_one(tmp_path):
    make_models(tmp_path / "here" / "saved_models", "lstm")
    assert choose_model(None, None).resolve() == tmp_path / "here/saved_models/lstm"


def test_folder_here_without_a_model_is_passed_over(tmp_path, shipped):
    (tmp_path / "here" / "saved_models").mkdir()
    assert models_folder(None) == shipped


def test_folder_that_is_named_must_hold_models(tmp_path):
    with pytest.raises(ServerError, match="elsewhere"):
        choose_model(tmp_path / "elsewhere", None)


def test_shipped_model_among_others_answers_when_none_is_named(tmp_path):
    folder = make_models(tmp_path / "models", "lstm", "compact_fusion")
    assert choose_model(folder, None) == folder / "compact_fusion"
    assert choose_model(folder, "lstm") == folder / "lstm"


def test_several_models_of_which_none_is_shipped_are_asked_for_by_name(tmp_path):
    folder = make_models(tmp_path / "models", "lstm", "gru")
    with pytest.raises(click.UsageError, match=r"Choose with --model\. It has gru, lstm"):
        choose_model(folder, None)


def test_model_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ModelNotFoundError, match=r"no model 'lstm' in .*It has compact_fusion"):
        choose_model(None, "lstm")
