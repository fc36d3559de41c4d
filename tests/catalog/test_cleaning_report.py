import pandas as pd
import pytest

from keras_genre.catalog.cleaning_report import CleaningReport
from keras_genre.errors import KerasGenreError


@pytest.fixture
def report():
    rows = [
        ("a", "=1+1", "html", "changed", "plot", ""),
        ("a", "=1+1", "html", "emptied", "tagline", ""),
        ("b", "Map", "no_genres", "dropped", "", "no genre"),
    ]
    columns = ["movie_id", "title", "rule", "action", "field", "reason"]
    return CleaningReport(pd.DataFrame(rows, columns=columns), ("html", "no_genres", "no_plot"), 5)


def test_cleaning_report_counts_what_each_rule_did(report):
    assert report.counts == {
        "html": {"dropped": 0, "changed": 1, "emptied": 1},
        "no_genres": {"dropped": 1, "changed": 0, "emptied": 0},
        "no_plot": {"dropped": 0, "changed": 0, "emptied": 0},
    }
    assert report.dropped.to_dict("records") == [
        {"movie_id": "b", "title": "Map", "rule": "no_genres", "reason": "no genre"}
    ]
    assert report.changed["field"].tolist() == ["plot", "tagline"]


def test_cleaning_report_summary_fits_a_terminal(report):
    lines = report.summary().splitlines()
    assert lines[0] == "4 of 5 films left after cleaning."
    assert lines[1].split() == ["html", "1", "fields", "changed,", "1", "fields", "emptied"]
    assert lines[2].split() == ["no_genres", "1", "films", "dropped"]
    assert len(lines) == 3
    assert max(map(len, lines)) <= 80


def test_cleaning_report_save_writes_every_line_once(report, tmp_path):
    report.save(tmp_path / "cleaning.csv")
    lines = (tmp_path / "cleaning.csv").read_text().splitlines()
    assert lines[0] == "movie_id,title,rule,action,field,reason"
    assert lines[1] == "a,'=1+1,html,changed,plot,"
    assert len(lines) == 4
    assert [path.name for path in tmp_path.iterdir()] == ["cleaning.csv"]
    with pytest.raises(KerasGenreError, match="Cannot write"):
        report.save(tmp_path / "cleaning.csv" / "x.csv")
