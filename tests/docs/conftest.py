"""What a reader of a page has by now: films, records, runs and models, made once for all pages."""

import dataclasses
import json
import os
import shutil
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import pytest
from mm_imdb_files import write_raw

from keras_genre.catalog import read_poster_csv


@pytest.fixture(scope="session")
def fusion_run(sample_dataset, tmp_path_factory):
    """A run of a model of plots and posters that has learned nothing, but is whole."""
    from keras_genre.runs import Recipe
    from keras_genre.training import train

    folder = tmp_path_factory.mktemp("runs") / "fusion"
    return train(Recipe("concat_fusion_small", epochs=1), sample_dataset, folder)


@pytest.fixture(scope="session")
def tfidf_run(sample_dataset, tmp_path_factory):
    """TF-IDF on the same records."""
    from keras_genre.baselines import make_tfidf

    folder = tmp_path_factory.mktemp("runs") / "words"
    make_tfidf(sample_dataset).save(folder)
    return folder


@pytest.fixture
def give(request, sample_csv, tmp_path):
    """Put what a page says is given into the folder of the test."""
    films = Path(sample_csv).parent

    def link(place, target):
        place.symlink_to(target, target_is_directory=Path(target).is_dir())

    def copy_run(place, fixture):
        run = request.getfixturevalue(fixture)
        shutil.copytree(getattr(run, "folder", run), place)
        seed = place.name.rpartition("-")[2]
        if seed.isdigit():  # of trainings that differ in the seed alone
            recipe = json.loads((place / "recipe.json").read_text())
            (place / "recipe.json").write_text(json.dumps({**recipe, "seed": int(seed)}))
            for split in ("validation", "test"):
                said = run.predict(split)
                noise = np.random.default_rng(int(seed)).normal(0, 0.05, said.labels.shape)
                other = dataclasses.replace(
                    said, probabilities=np.clip(said.probabilities + noise, 0, 1)
                )
                other.save(place / "predictions" / f"{split}.npz")

    def copy_table(place):
        # Posters by their names alone: their folder is named on the command line.
        text = Path(sample_csv).read_text(encoding="utf-8")
        place.write_text(text.replace(",posters/", ","), encoding="utf-8")

    def copy_model(place):
        shutil.copytree(request.getfixturevalue("exported_model"), place)

    def poster():
        return next((films / "posters").glob("*.jpg"))

    makers = {
        "posters": lambda place: link(place, films / "posters"),
        "films": lambda place: link(place, films),
        "poster.jpg": lambda place: shutil.copy(poster(), place),
        "*.csv": copy_table,
        "*.parquet": lambda place: read_poster_csv(sample_csv).save(place),
        "downloads/mmimdb": lambda place: write_raw(place, posters=False),
        "data/*": lambda place: link(place, request.getfixturevalue("sample_dataset").folder),
        "runs/cnn64": lambda place: copy_run(place, "fusion_run"),  # its posters pass a CNN too
        "runs/*fusion*": lambda place: copy_run(place, "fusion_run"),
        "runs/words": lambda place: copy_run(place, "tfidf_run"),
        "runs/*": lambda place: copy_run(place, "tiny_run"),
        "saved_models/*/*": copy_model,
        "saved_models/*": lambda place: copy_model(place / "1"),
    }

    def give(name):
        place = tmp_path / name
        if os.path.lexists(place):
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        next(make for pattern, make in makers.items() if fnmatch(name, pattern))(place)

    return give
