import numpy as np
import pandas as pd

from keras_genre.catalog.cleaning_doubles import drop_doubles
from keras_genre.catalog.cleaning_log import CleaningLog


def first_two_of_one_title(frame):
    """Pairs as a search gives them that sees only one at a time."""
    for title in frame["title"]:
        rows = np.flatnonzero(frame["title"] == title)
        if len(rows) > 1:
            return rows[None, :2]
    return np.empty((0, 2), np.int64)


def test_drop_doubles_goes_on_until_no_pair_is_left():
    frame = pd.DataFrame({"movie_id": list("abcde"), "title": ["Map", "Sea", "Map", "Map", "Sea"]})
    frame = frame.assign(plot="", poster="", split="", genres=[("War",)] * 5)
    log = CleaningLog()
    kept = drop_doubles(frame, first_two_of_one_title, "twice", "the same title", log)
    assert kept["movie_id"].tolist() == ["a", "b"]
    actions = log.table()
    assert actions["movie_id"].tolist() == ["c", "d", "e"]
    assert actions["reason"].tolist() == [
        "the same title as a, which stays",
        "the same title as a, which stays",
        "the same title as b, which stays",
    ]
