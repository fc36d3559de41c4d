import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from picture_files import encode

from keras_genre.catalog import MovieCatalog
from keras_genre.catalog.cleaning import RULES, clean
from keras_genre.catalog.leaks import find_leaks
from keras_genre.errors import CatalogError
from keras_genre.genres import GenreVocabulary

PLOTS = [
    "A lighthouse keeper finds a map to a town that the sea took long ago.",
    "Two rival bakers must share one oven through the coldest winter of the century.",
    "Nobody believes the girl who says that the clockmaker builds people at night.",
    "After the last train has left, the conductor and a stowaway wait for the morning.",
    "An old boxer trains the son of the man who once beat him in the harbour.",
]
VOCABULARY = GenreVocabulary(["War", "Drama"])


def make(films):
    """A catalogue of films given as dicts, each with a plot of its own unless it is given."""
    rows = [
        {"movie_id": f"film-{row}", "title": f"Film {row}", "plot": PLOTS[row % 5],
         "genres": ["War"], **film}
        for row, film in enumerate(films)
    ]  # fmt: skip
    return MovieCatalog(pd.DataFrame(rows), VOCABULARY, ["found"])


@pytest.fixture
def poster(tmp_path, smooth_picture):
    """Write a poster file and return its path."""

    def write(name, content=None):
        (tmp_path / name).write_bytes(encode(smooth_picture(1)) if content is None else content)
        return str(tmp_path / name)

    return write


def kept(catalog):
    return catalog.frame["movie_id"].tolist()


def test_clean_of_clean_films_changes_nothing_but_the_notes(check_same, sample_films):
    catalog, _ = sample_films
    cleaned, report = clean(catalog)
    assert report.actions.empty
    assert cleaned.notes == (*catalog.notes, "cleaned: 0 films dropped, 0 fields changed")
    check_same(MovieCatalog(cleaned.frame, cleaned.vocabulary, catalog.notes), catalog)


def test_clean_reads_texts_as_a_person_does():
    catalog = make(
        [{"title": " Tom &amp; Jo", "plot": f"<p>{PLOTS[0]}</p>\x00", "tagline": "<br>"}]
    )
    cleaned, report = clean(catalog)
    film = cleaned.frame.iloc[0]
    assert (film["title"], film["plot"], film["tagline"]) == ("Tom & Jo", PLOTS[0], "")
    assert report.counts["unicode"] == {"dropped": 0, "changed": 2, "emptied": 0}
    assert report.counts["html"] == {"dropped": 0, "changed": 2, "emptied": 1}
    assert catalog.frame["tagline"][0] == "<br>"


def test_clean_empties_short_plots_and_placeholders_of_films_with_a_poster(poster):
    path = poster("a.jpg")
    short = {"plot": "To come!", "poster": path}
    placeholders = [{"plot": "No overview found.", "poster": path} for _ in range(11)]
    cleaned, report = clean(make([short, *placeholders, {"plot": "War at sea"}]))
    assert cleaned.frame["plot"].tolist() == [""] * 12 + ["War at sea"]
    assert report.counts["short_plot"]["emptied"] == 1
    assert report.counts["placeholder_plot"]["emptied"] == 11
    assert "2 words, fewer than 3" in report.changed["reason"].tolist()
    _, report = clean(make([short, {}]), min_plot_words=0)
    assert report.actions.empty


def test_clean_empties_unreadable_posters_and_drops_films_without_anything(poster, tmp_path):
    cut = poster("cut.jpg", b"\xff\xd8\xff\xe0broken")
    films = [
        {"poster": poster("good.jpg")},
        {"poster": cut},
        {"poster": str(tmp_path / "absent.jpg"), "plot": ""},
        {"genres": []},
    ]
    cleaned, report = clean(make(films))
    assert kept(cleaned) == ["film-0", "film-1"]
    assert cleaned.frame["poster"].tolist() == [str(tmp_path / "good.jpg"), ""]
    assert report.dropped["movie_id"].tolist() == ["film-2", "film-3"]
    assert report.dropped["rule"].tolist() == ["no_plot_and_no_poster", "no_genres"]
    reasons = report.changed["reason"].tolist()
    assert reasons[0].startswith(cut)
    assert reasons[1].endswith("absent.jpg: No such file or directory")


def test_clean_requires_plots_and_posters_only_on_request(poster):
    catalog = make([{"poster": poster("a.jpg")}, {"poster": poster("b.jpg"), "plot": ""}, {}])
    assert kept(clean(catalog)[0]) == ["film-0", "film-1", "film-2"]
    assert kept(clean(catalog, require_plot=True)[0]) == ["film-0", "film-2"]
    assert kept(clean(catalog, require_poster=True)[0]) == ["film-0", "film-1"]
    cleaned, report = clean(catalog, require_plot=True, require_poster=True)
    assert kept(cleaned) == ["film-0"]
    assert report.dropped["rule"].tolist() == ["no_plot", "no_poster"]


def with_shared_poster(poster, splits, **fields):
    paths = [poster(f"{row}.jpg") for row in range(len(splits))]
    rows = zip(paths, splits, strict=True)
    return make([{"poster": path, "split": split, **fields} for path, split in rows])


@pytest.mark.parametrize(
    ("splits", "keeps"),
    [
        (["train", "test", "validation"], [False, True, False]),
        (["validation", "train", "", "train"], [True, False, True, False]),
        (["test", "train", "test"], [True, False, True]),
        (["train", "train", ""], [True, True, True]),
        (["", ""], [True, True]),
    ],
)
def test_clean_keeps_a_poster_that_splits_share_in_one(poster, splits, keeps):
    catalog = with_shared_poster(poster, splits)
    cleaned, report = clean(catalog)
    assert len(cleaned) == len(catalog)
    assert (cleaned.frame["poster"] != "").tolist() == keeps
    assert set(report.changed["rule"]) == ({"shared_poster"} if not all(keeps) else set())
    keeper = next(f"film-{row} ({split})" for row, split in enumerate(splits) if keeps[row])
    assert all(keeper in reason for reason in report.changed["reason"])
    assert not find_leaks(cleaned)


def test_clean_drops_a_film_that_a_shared_poster_leaves_with_nothing(poster):
    catalog = with_shared_poster(poster, ["train", "test"], plot="")
    cleaned, report = clean(catalog)
    assert kept(cleaned) == ["film-1"]
    assert report.actions[["movie_id", "rule"]].to_numpy().tolist() == [
        ["film-0", "shared_poster"],
        ["film-0", "no_plot_and_no_poster"],
    ]
    catalog = with_shared_poster(poster, ["train", "test"])
    assert kept(clean(catalog, require_poster=True)[0]) == ["film-1"]
    assert len(clean(catalog)[0]) == 2


DOUBLES = {
    "duplicate_id": ({"movie_id": "tt007", "title": "Map"}, {"movie_id": "7", "title": "map"}),
    "same_title_and_year": ({"title": "Map", "year": 1999}, {"title": "MAP.", "year": 1999}),
    "near_duplicate_plot": ({"plot": PLOTS[4]}, {"plot": PLOTS[4].upper()}),
}


@pytest.mark.parametrize("rule", DOUBLES)
def test_clean_drops_the_second_of_two_and_names_the_first(rule):
    one, other = DOUBLES[rule]
    catalog = make([{}, one, {}, other])
    first, second = (catalog.frame["movie_id"][row] for row in (1, 3))
    cleaned, report = clean(catalog)
    assert kept(cleaned) == ["film-0", first, "film-2"]
    assert report.dropped[["movie_id", "rule"]].to_numpy().tolist() == [[second, rule]]
    assert report.dropped["reason"][0].endswith(f" as {first}, which stays")
    assert len(clean(catalog, skip=[rule])[0]) == 4


@pytest.mark.parametrize("rule", DOUBLES)
@pytest.mark.parametrize(
    ("one", "other", "stays"),
    [
        ({"split": "train", "poster": "a.jpg"}, {"split": "test"}, 1),
        ({"split": "validation"}, {"split": "train", "genres": ["War", "Drama"]}, 0),
        ({"split": ""}, {"split": "train"}, 1),
        ({"split": "train"}, {"split": "train", "poster": "a.jpg"}, 1),
        ({"split": "test"}, {"split": "train", "poster": "a.jpg"}, 0),
        ({"split": "test"}, {"split": "test"}, 0),
    ],
)
def test_clean_keeps_the_test_film_then_the_fullest_then_the_first(rule, one, other, stays):
    films = [{**DOUBLES[rule][0], **one}, {**DOUBLES[rule][1], **other}]
    catalog = make(films)
    cleaned, _ = clean(catalog, skip=["unreadable_poster"])
    assert kept(cleaned) == [catalog.frame["movie_id"][stays]]


def test_clean_keeps_one_of_a_crowd():
    crowd = [{"title": "Map", "year": 1999, "plot": f"{PLOTS[0]} {row}"} for row in range(60)]
    cleaned, report = clean(make([*crowd, {"plot": PLOTS[1]}]))
    assert kept(cleaned) == ["film-0", "film-60"]
    assert report.counts["same_title_and_year"]["dropped"] == 59


@pytest.mark.parametrize("rule", RULES)
def test_clean_skips_any_rule(rule, poster, smooth_picture):
    other = encode(smooth_picture(2))
    films = [
        {"title": " a\x00", "plot": f"<b>{PLOTS[0]}</b>", "poster": poster("x.jpg", b"no picture")},
        {"plot": "Soon."},
        {"genres": []},
        {"plot": "", "poster": poster("good.jpg")},
        *({"plot": "No overview found.", "poster": poster("good.jpg")} for _ in range(11)),
        {"plot": ""},
        {"poster": poster("one.jpg", other), "split": "train", "title": "One"},
        {"poster": poster("two.jpg", other), "split": "test", "title": "Two"},
        *(film for pair in DOUBLES.values() for film in pair),
    ]
    everything = {"require_plot": rule == "no_plot", "require_poster": rule == "no_poster"}
    whole = clean(make(films), **everything)[1]
    skipped, report = clean(make(films), skip=[rule], **everything)
    assert sum(whole.counts[rule].values()) > 0
    assert rule not in report.counts
    assert f"skipped: {rule}" in skipped.notes[-1]


texts = st.sampled_from(
    ["", "War", "<b>War</b>", "&lt;i>War", "no overview found", PLOTS[0], f"<p>{PLOTS[0]}",
     PLOTS[0].upper(), f"{PLOTS[0]} Again.", PLOTS[1], "a\x00\r", "&amp;lt;br&amp;gt;"]
)  # fmt: skip
films = st.fixed_dictionaries(
    {
        "title": st.sampled_from(["", "Map", "map", "<i>Map</i>", "Sea", "\x00"]),
        "plot": texts,
        "tagline": texts,
        "year": st.sampled_from([None, 1999, 2000]),
        "poster": st.sampled_from(["", "no/such.jpg"]),
        "split": st.sampled_from(["", "train", "validation", "test"]),
        "genres": st.sampled_from([[], ["War"], ["War", "Drama"]]),
    }
)
ids = st.sampled_from(["tt1", "1", "TT01", "2", "tt2", "a", "A", "b", "c", "d", "e", "f"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(ids, films), min_size=1, max_size=10, unique_by=lambda film: film[0]))
def test_clean_of_what_is_clean_changes_nothing_and_every_loss_is_reported(rows):
    catalog = make([{**film, "movie_id": movie_id} for movie_id, film in rows])
    try:
        cleaned, report = clean(catalog)
    except CatalogError:
        return  # no film was left
    again, nothing = clean(cleaned)
    assert nothing.actions.empty
    pd.testing.assert_frame_equal(again.frame, cleaned.frame)
    assert cleaned.vocabulary == catalog.vocabulary
    assert sorted(kept(cleaned) + report.dropped["movie_id"].tolist()) == sorted(kept(catalog))
    # Every field that differs has its line.
    before = catalog.frame.set_index("movie_id").loc[kept(cleaned)]
    after = cleaned.frame.set_index("movie_id")
    told = set(zip(report.changed["movie_id"], report.changed["field"], strict=True))
    for field in ("title", "plot", "tagline", "poster"):
        for movie_id in np.array(kept(cleaned))[(before[field] != after[field]).to_numpy()]:
            assert (movie_id, field) in told


@pytest.fixture(scope="module")
def shared_posters(tmp_path_factory, smooth_picture):
    """Four poster files of two pictures, and no poster."""
    folder = tmp_path_factory.mktemp("posters")
    paths = [""]
    for seed in (1, 2):
        for kind in ("JPEG", "PNG"):
            paths.append(str(folder / f"{seed}.{kind}"))
            smooth_picture(seed).save(paths[-1], kind)
    return paths


@settings(max_examples=10, deadline=None)
@given(
    rows=st.lists(
        st.tuples(ids, films, st.integers(0, 4)),
        min_size=2,
        max_size=9,
        unique_by=lambda film: film[0],
    ),
    require_poster=st.booleans(),
)
def test_clean_leaves_no_leak_and_nothing_to_clean(shared_posters, rows, require_poster):
    catalog = make(
        [
            {**film, "movie_id": movie_id, "poster": shared_posters[poster]}
            for movie_id, film, poster in rows
        ]
    )
    try:
        cleaned, report = clean(catalog, require_poster=require_poster)
    except CatalogError:
        return  # no film was left
    assert not find_leaks(cleaned)
    assert clean(cleaned, require_poster=require_poster)[1].actions.empty
    emptied = report.changed[report.changed["rule"] == "shared_poster"]["movie_id"]
    splits = catalog.frame.set_index("movie_id")["split"]
    assert set(splits[emptied]) <= {"train", "validation"}


def test_clean_ends_every_kind_of_leak_at_once(poster, smooth_picture):
    pictures = [encode(smooth_picture(seed)) for seed in (1, 2)]
    pairs = [
        *DOUBLES.values(),
        ({"poster": poster("a", pictures[0])}, {"poster": poster("b", pictures[0])}),
        (
            {"plot": "", "poster": poster("c", pictures[1])},
            {"poster": poster("d", pictures[1])},
        ),
    ]
    films = []
    for number, pair in enumerate(pairs):
        for film, split in zip(pair, ("train", "test"), strict=True):
            plot = " ".join(f"{split}{number}word{word}" for word in range(20))
            films.append({"plot": plot, **film, "split": split})
    catalog = make(films)
    assert {kind for kind, _, _ in find_leaks(catalog).counts} == {
        "id", "title_and_year", "plot", "poster"
    }  # fmt: skip
    cleaned, _ = clean(catalog)
    assert not find_leaks(cleaned)
    assert cleaned.frame["split"].tolist() == ["test"] * 3 + ["train"] + ["test"] * 2


def test_clean_that_would_leave_no_film_says_which_rule_took_them():
    with pytest.raises(CatalogError, match=r"no film[\s\S]*no_genres +1 films dropped"):
        clean(make([{"genres": []}]))


def test_clean_of_an_unknown_rule_names_the_nearest():
    with pytest.raises(ValueError, match=r"'short_plots'.*Did you mean 'short_plot'\?"):
        clean(make([{}]), skip=["short_plots"])
    with pytest.raises(ValueError, match="Expected a list of rules"):
        clean(make([{}]), skip="html")
    with pytest.raises(ValueError, match="at least 0, received -1"):
        clean(make([{}]), min_plot_words=-1)
