import csv
import io

import fsspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from picture_files import encode, picture

from keras_genre.client.bulk.film_rows import FilmRows
from keras_genre.client.bulk.table_work import read_film
from keras_genre.errors import CatalogError


def table(folder, text, encoding="utf-8"):
    path = folder / "films.csv"
    path.write_text(text, encoding=encoding, newline="")
    return path


def posters(folder, *names):
    root = folder / "posters"
    root.mkdir()
    for name in names:
        (root / name).write_bytes(b"x")
    return root


def test_films_of_tmdb_find_posters_by_path_address_or_id(tmp_path):
    root = posters(tmp_path, "abc.jpg", "7.png")
    path = table(
        tmp_path,
        "tmdb_id,overview,poster_path\n5,p,/abc.jpg\n6,p,http://x/t/abc.jpg\n7,p,/gone.jpg\n8,p,\n",
    )
    films = list(FilmRows(path, root))
    assert [film.poster.removeprefix(f"{root}/") for film in films] == [
        "abc.jpg", "abc.jpg", "7.png", ""
    ]  # fmt: skip
    assert [film.plot for film in films] == ["p"] * 4


def test_films_of_an_export_whose_posters_nobody_fetched_are_no_trouble(tmp_path):
    path = table(tmp_path, "id,overview,poster_path\n5,p,/abc.jpg\n")
    (film,) = FilmRows(path)
    assert (film.poster, film.trouble) == ("", "")
    assert FilmRows(path).check() == 1


def test_films_without_a_column_of_posters_find_them_by_id(tmp_path):
    root = posters(tmp_path, "a.jpg", "d_e.webp")
    path = table(tmp_path, "id;plot\na;p\n../c;p\nd/e;p\n")
    assert [film.poster for film in FilmRows(path, root)] == [
        str(root / "a.jpg"), "", str(root / "d_e.webp")
    ]  # fmt: skip


def test_films_without_ids_are_called_after_file_and_row(tmp_path):
    path = table(tmp_path, "plot\none\n\ntwo\n")
    assert [(film.movie_id, film.line) for film in FilmRows(path)] == [
        ("films-1", 2), ("films-2", 4)
    ]  # fmt: skip


def test_films_for_a_model_of_taglines_have_them_after_the_plot(tmp_path):
    path = table(tmp_path, "id,plot,tagline\na,A duel.,Two swords.\n")
    assert [film.plot for film in FilmRows(path, text="plot+tagline")] == ["A duel.\nTwo swords."]
    assert [film.plot for film in FilmRows(path)] == ["A duel."]


def test_films_in_another_encoding_are_read_as_named(tmp_path):
    path = table(tmp_path, "id,plot\na,Łódź\n", "cp1250")
    assert [film.plot for film in FilmRows(path, encoding="cp1250")] == ["Łódź"]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("id,title\n1,x\n", {}, "no column of plots .*--plot-column"),
        ("id,plot\n1,x\n", {"columns": {"plot": "story"}}, "no column 'story'"),
        ("id,plot\n", {}, "no films"),
        ("", {}, "is empty"),
        ("id,plot,poster\n1,x,gone.jpg\n2,x,lost.jpg\n", {}, "names 2 posters, but none"),
        ("id,plot\n1,x\n", {"posters": "nowhere"}, "no folder nowhere"),
        ("id,plot\n1,\xff\n", {"encoding": "ascii"}, "not in the encoding ascii"),
    ],
)
def test_table_that_is_no_table_of_films_is_refused(tmp_path, text, options, message):
    with pytest.raises(CatalogError, match=message):
        FilmRows(table(tmp_path, text), **options).check()


cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(cells, min_size=1, max_size=5), min_size=1, max_size=6))
def test_rows_of_any_text_are_each_a_film_or_left_out_with_a_reason(tmp_path_factory, rows):
    written = io.StringIO()
    # Quoted: a lone carriage return would begin a new row otherwise.
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([["id", "plot", "poster"], *rows])
    path = table(tmp_path_factory.mktemp("any"), written.getvalue())
    films = list(FilmRows(path, encoding="utf-8"))
    assert len(films) == sum(any(cell.strip() for cell in row) for row in rows)
    for film in films:
        assert film.is_left_out <= bool(film.trouble)
        assert film.is_left_out or film.plot or film.poster


def test_films_with_posters_at_a_store_are_read_and_told_apart_from_those_without(tmp_path):
    store = fsspec.filesystem("memory")
    store.pipe("/bucket/posters/good.jpg", encode(picture(), "JPEG"))
    path = table(
        tmp_path, "id,plot,poster\na,p,good.jpg\nb,p,gone.jpg\nc,p,../c.jpg\nd,,gone.jpg\n"
    )
    try:
        rows = FilmRows(path, "memory://bucket/posters")
        assert rows.check() == 4
        films = [read_film(film) for film in rows]
    finally:
        store.store.clear()
    assert [bool(poster) for _, _, poster in films] == [True, False, False, False]
    troubles = [film.trouble for film, _, _ in films]
    assert troubles[0] == ""
    assert "no poster file memory://bucket/posters/gone.jpg" in troubles[1]
    assert "lies outside memory://bucket/posters" in troubles[2]
    assert films[3][0].is_left_out


def test_table_whose_columns_are_not_recognised_is_refused_and_they_are_named(tmp_path):
    (tmp_path / "posters").mkdir()
    table = tmp_path / "films.csv"
    table.write_text("Nr,Inhalt,Bilddatei\n1,Ein Raub.,a.jpg\n", encoding="utf-8")
    rows = FilmRows(table, tmp_path / "posters")
    with pytest.raises(CatalogError, match=r"'Nr', 'Inhalt', 'Bilddatei'.*--plot-column"):
        rows.check()
    assert FilmRows(table, tmp_path / "posters", {"plot": "Inhalt"}).check() == 1
