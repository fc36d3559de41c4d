import json
import threading
import warnings

import numpy as np
import pytest
from PIL import Image

from keras_genre.errors import KerasGenreError
from keras_genre.evaluation.explanation import AttentionMaps, Explanation
from keras_genre.evaluation.explanation.film_parts import split_words


def make_explanation(plot="A heist goes wrong.", poster=(60, 90), attention=False, scale=1.0):
    rng = np.random.default_rng(0)
    words = split_words(plot)
    maps = AttentionMaps(rng.random(len(words)), rng.random((len(words), 7, 7)))
    return Explanation(
        method="occlusion",
        plot=plot,
        poster=Image.new("RGB", poster, (200, 180, 90)) if poster else None,
        genres=("Crime", "Drama $5 $6", "War"),
        probabilities=np.array([0.2, 0.9, 0.6]),
        words=words,
        word_scores=scale * rng.normal(size=(len(words), 3)),
        poster_scores=scale * rng.normal(size=(3, 12, 8)) if poster else None,
        contributions=rng.normal(size=(2, 3)),
        base=rng.normal(size=3),
        completeness_error=np.array([0.1, -0.2, 0.0]) if attention else None,
        attention=maps if attention else None,
    )


@pytest.mark.parametrize(
    "options",
    [
        {"attention": True},
        {"plot": ""},
        {"poster": None},
        {"scale": 0.0},
        {"plot": "שלום עולם 🤖 مرحبا 漢字 costs $5 or $x^{2$ \ud800 " + "x" * 300},
        {"plot": "word " * 1000, "poster": (600, 20)},
    ],
    ids=["whole", "no plot", "no poster", "no influence", "odd letters", "long"],
)
def test_picture_of_any_film_is_drawn(tmp_path, options):
    path = tmp_path / "explanation.png"
    make_explanation(**options).draw(path)
    with Image.open(path) as image:
        assert image.format == "PNG"
        assert image.width == 1200
        assert 400 < image.height < 4000
        assert len(image.getcolors(10**6)) > 50
    assert list(tmp_path.iterdir()) == [path]


def test_picture_shows_the_genres_asked_for(tmp_path):
    explanation = make_explanation()
    sizes = []
    for genres in (1, ["War"], ["War", "Crime"]):
        explanation.draw(tmp_path / "a.png", genres)
        with Image.open(tmp_path / "a.png") as image:
            sizes.append(image.height)
    assert sizes[0] == sizes[1] < sizes[2]
    with pytest.raises(ValueError, match="Unknown genre 'Western'"):
        explanation.draw(tmp_path / "a.png", ["Western"])
    with pytest.raises(ValueError, match="at least one"):
        explanation.draw(tmp_path / "a.png", [])


def test_picture_leaves_the_state_of_pyplot_alone(tmp_path):
    from matplotlib import pyplot, rcParams

    before = dict(rcParams)
    failed = []

    def draw():  # elsewhere than in the main thread, as a web page does
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                make_explanation().draw(tmp_path / "a.png")
            except Exception as error:
                failed.append(error)

    thread = threading.Thread(target=draw)
    thread.start()
    thread.join()
    assert not failed
    assert pyplot.get_fignums() == []
    assert dict(rcParams) == before


def test_picture_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(KerasGenreError, match="file"):
        make_explanation().draw(tmp_path / "file" / "a.png")


def test_json_holds_every_score_beside_its_word():
    explanation = make_explanation(attention=True)
    read = json.loads(explanation.to_json())
    assert read["words"][1] == {"text": "heist", "start": 2, "end": 7}
    assert read["poster_size"] == [60, 90]
    drama = read["genres"][1]
    assert (drama["name"], drama["probability"]) == ("Drama $5 $6", 0.9)
    np.testing.assert_allclose(drama["words"], explanation.word_scores[:, 1], atol=1e-5)
    np.testing.assert_allclose(drama["poster"], explanation.poster_scores[1], atol=1e-5)
    np.testing.assert_allclose(
        list(drama["contributions"].values()), explanation.contributions[:, 1], atol=1e-5
    )
    assert drama["completeness_error"] == -0.2
    assert np.shape(read["attention"]["places"]) == (4, 7, 7)


def test_heat_map_has_the_size_of_the_poster_and_keeps_its_places():
    explanation = make_explanation()
    explanation.poster_scores[0] = 0
    explanation.poster_scores[0, 2, 6] = 1.0
    heat = explanation.heat_map("Crime")
    assert heat.shape == (90, 60)
    row, column = np.unravel_index(heat.argmax(), heat.shape)
    assert (row * 12 // 90, column * 8 // 60) == (2, 6)
    with pytest.raises(ValueError, match="without a poster"):
        make_explanation(poster=None).heat_map("Crime")


def test_top_genres_are_the_most_probable():
    assert make_explanation().top_genres(2) == ("Drama $5 $6", "War")
