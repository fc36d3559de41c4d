import json

import pandas as pd
import pytest

from keras_genre.catalog import MovieCatalog
from keras_genre.data import MovieDataset, write_records
from keras_genre.errors import CatalogError
from keras_genre.features import join_text
from keras_genre.genres import GenreVocabulary


@pytest.fixture
def catalog():
    frame = pd.DataFrame(
        {
            "movie_id": ["both", "plot", "tagline", "neither"],
            "plot": ["A duel.", "Rain.", "", ""],
            "tagline": ["Two swords.", "", "Sing!", ""],
            "genres": [["Drama"]] * 4,
            "split": "train",
        }
    )
    return MovieCatalog(frame, GenreVocabulary(["Drama"]))


def texts(dataset):
    films = dataset.films("train").as_numpy_iterator()
    return {film["movie_id"].decode(): film["plot"].decode() for film in films}


def test_write_records_of_plot_and_tagline_holds_both_and_says_so(catalog, tmp_path):
    dataset = write_records(catalog, tmp_path / "records", text="plot+tagline")
    assert texts(dataset) == {
        "both": "A duel.\nTwo swords.",
        "plot": "Rain.",
        "tagline": "Sing!",
        "neither": "",
    }
    manifest = MovieDataset(dataset.folder).manifest
    assert manifest.text == "plot+tagline"
    assert manifest.notes[-1] == "text: plot and tagline; 2 of 4 films have a tagline"


def test_write_records_without_asking_leaves_taglines_out(catalog, tmp_path):
    dataset = write_records(catalog, tmp_path / "records")
    assert texts(dataset) == {"both": "A duel.", "plot": "Rain.", "tagline": "", "neither": ""}
    assert dataset.manifest.text == "plot"


def test_write_records_of_an_unknown_text_names_those_that_there_are(catalog, tmp_path):
    with pytest.raises(ValueError, match=r"'plot' or 'plot\+tagline', received 'tagline'"):
        write_records(catalog, tmp_path / "records", text="tagline")


def test_write_records_of_taglines_without_any_is_refused(catalog, tmp_path):
    frame = catalog.frame.assign(tagline="")
    with pytest.raises(CatalogError, match="no film has a tagline"):
        write_records(
            MovieCatalog(frame, catalog.vocabulary), tmp_path / "records", text="plot+tagline"
        )
    assert not (tmp_path / "records").exists()


def test_manifest_of_older_records_says_plot(catalog, tmp_path):
    dataset = write_records(catalog, tmp_path / "records")
    path = dataset.folder / "manifest.json"
    content = json.loads(path.read_text())
    del content["text"], content["checksum"]
    path.write_text(json.dumps(content))
    assert MovieDataset(dataset.folder).manifest.text == "plot"


def test_join_text_of_one_part_is_that_part():
    assert join_text("", "Sing!") == "Sing!"
    assert join_text("Rain.", "") == "Rain."
    assert join_text("", "") == ""
