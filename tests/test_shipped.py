"""The trained model that comes with the package."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from keras_genre.errors import ModelNotFoundError
from keras_genre.shipped import SHIPPED_MODEL, shipped_models

ROOT = Path(__file__).parents[1]
WHERE = "from keras_genre.shipped import shipped_models; print(shipped_models())"


def test_shipped_model_is_small_enough_to_be_installed():
    folder = shipped_models() / SHIPPED_MODEL / "1"
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert size < 45e6


def test_manifest_names_the_scores_and_no_path_of_a_machine():
    text = (shipped_models() / SHIPPED_MODEL / "1/assets.extra/manifest.json").read_text()
    manifest = json.loads(text)
    assert len(manifest["genres"]) == 18
    assert manifest["scores"]["validation"]["macro_f1"] > 0.6
    assert "/work" not in text
    assert "/home" not in text


def test_shipped_model_knows_what_a_film_is_about(shipped_predictor):
    films = {
        "A deputy hunts the outlaws who robbed the stagecoach and rides into a canyon ambush.": (
            "Western"
        ),
        "A soldier and his platoon are trapped behind enemy lines during the Second World War.": (
            "War"
        ),
        "A spaceship crew wakes from cryosleep and finds an alien creature on board.": (
            "Science Fiction"
        ),
        "A documentary about the people who restored a coral reef, told in interviews.": (
            "Documentary"
        ),
    }
    for prediction, genre in zip(
        shipped_predictor.predict(list(films)), films.values(), strict=True
    ):
        assert genre in prediction.genres, prediction


def test_films_together_get_what_each_gets_alone(shipped_predictor):
    plots = ["A heist goes wrong. " * n for n in range(1, 12)]
    together = shipped_predictor.predict(plots)
    for plot, prediction in zip(plots, together, strict=True):
        alone = shipped_predictor.predict([plot])[0]
        for genre, probability in alone.probabilities.items():
            assert prediction.probabilities[genre] == pytest.approx(probability, abs=2e-3)


@pytest.fixture(scope="module")
def shipped_predictor():
    from keras_genre.client import InProcessPredictor

    return InProcessPredictor()


def test_model_is_found_from_any_folder(tmp_path):
    assert where(tmp_path) == ROOT / "saved_models"


def test_wheel_brings_the_model_along(tmp_path):
    command = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps"]
    options = ["--no-build-isolation", "--quiet", "--wheel-dir", str(tmp_path)]
    subprocess.run([*command, *options], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    installed = where(tmp_path, PYTHONPATH=str(tmp_path / "site"))
    assert installed == tmp_path / "site/keras_genre/saved_models"
    assert files_of(installed) == files_of(ROOT / "saved_models")


def test_package_without_its_model_says_what_to_do(tmp_path, monkeypatch):
    from keras_genre import shipped

    monkeypatch.setattr(shipped, "__file__", str(tmp_path / "keras_genre" / "shipped.py"))
    with pytest.raises(ModelNotFoundError, match="Install the package again"):
        shipped_models()


def files_of(models):
    version = models / SHIPPED_MODEL / "1"
    return {path.relative_to(version) for path in version.rglob("*") if path.is_file()}


def where(folder, **environment):
    done = subprocess.run(
        [sys.executable, "-c", WHERE],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(done.stdout.strip())
