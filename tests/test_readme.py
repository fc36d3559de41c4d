"""The README's code runs as it stands, but for sizes and addresses."""

import re
import shlex
import signal
from pathlib import Path

import pytest

from keras_genre.catalog.cleaning import RULES
from keras_genre.cli.main import main
from keras_genre.server import DevelopmentServer, find_models

_README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", _README, flags=re.DOTALL)


@pytest.fixture(scope="module")
def working_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("readme")


def test_python_of_the_readme_trains_exports_and_asks(working_folder, monkeypatch, capsys):
    monkeypatch.chdir(working_folder)
    training, asking = blocks("python")
    small = training.replace(
        'make_synthetic_catalog("films")', 'make_synthetic_catalog("films", 100)'
    )
    small = small.replace("epochs=8", "epochs=1")
    assert small.count("100") == 1
    assert small.count("epochs=1") == 1
    exec(compile(small, "README.md", "exec"), {})
    with DevelopmentServer(find_models("saved_models"), port=0) as server:
        exec(compile(asking.replace("localhost:8500", server.address), "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "'Western': 0." in printed


def test_shell_of_the_readme_goes_from_films_to_prediction(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)
    (script,) = blocks("bash")
    commands = [shlex.split(line)[1:] for line in script.strip().splitlines()]
    assert commands[-1] == ["serve", "saved_models"]  # runs until stopped; tested elsewhere
    extra = {
        "sample": ["--films", "100"],
        "train": ["--epochs", "1"],
        "evaluate": ["--resamples", "20"],
    }
    for command in commands[:-1]:
        if "--poster" in command:
            poster = next(Path("films/posters").iterdir())
            command[command.index("--poster") + 1] = str(poster)
        with pytest.raises(SystemExit) as ending:
            main([*command, *extra.get(command[0], [])])
        assert ending.value.code == 0, capsys.readouterr().err
    assert "Genres: " in capsys.readouterr().out
    signal.signal(signal.SIGTERM, before)


def test_readme_has_no_gaps():
    assert "<!--" not in _README


def test_links_of_the_readme_lead_to_files():
    root = Path(__file__).parent.parent
    links = re.findall(r"\]\((?!http)([^)#]+)\)", _README)
    assert len(links) >= 4
    assert [link for link in links if not (root / link).exists()] == []


def test_python_of_the_data_guide_reads_cleans_splits_and_writes(sample_csv, tmp_path, monkeypatch):
    guide = (Path(__file__).parent.parent / "docs" / "data.md").read_text(encoding="utf-8")
    whole, genres = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)[:2]
    monkeypatch.chdir(tmp_path)
    names = {}
    whole = whole.replace('"movies.csv", "posters"', repr(sample_csv))
    exec(compile(whole, "docs/data.md", "exec"), names)
    assert (tmp_path / "cleaning.csv").exists()
    assert sum(names["dataset"].num_films(split) for split in names["dataset"].splits) == 120
    exec(compile(genres, "docs/data.md", "exec"), names)
    assert names["apart"] == ()


def test_rules_of_the_data_guide_are_those_of_clean():
    guide = (Path(__file__).parent.parent / "docs" / "data.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", guide, re.MULTILINE)) == RULES


@pytest.mark.parametrize("guide", ["models.md", "training.md"])
def test_python_of_the_guides_runs_on_sample_records(guide, sample_dataset, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "films").symlink_to(sample_dataset.folder)
    text = (Path(__file__).parent.parent / "docs" / guide).read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    exec(compile(code, guide, "exec"), {})
