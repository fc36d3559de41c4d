import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keras_genre.catalog.genre_cells import join_names, parse_genres, split_names

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8) | st.text("a|;,[({\"'\\ \n", max_size=4)


@pytest.mark.parametrize(
    ("cell", "notation"),
    [
        ("Drama|War", "A|B"),
        (" Drama | War |", "A|B"),
        ("Drama;War", "A;B"),
        ("Drama, War", "A, B"),
        (" Drama,War , ", "A, B"),
        ("Drama,Drama,War", "A, B"),
        ('["Drama", " War "]', "JSON list"),
        ("['Drama', 'War']", "Python list"),
        ("[u'Drama', 'War']", "Python list"),
        ("('Drama', 'War')", "Python list"),
        ("['Drama' 'War']", "NumPy list"),
        ("[\"Drama\"\n 'War']", "NumPy list"),
        ('[{"id": 18, "name": "Drama"}, {"id": 2, "name": "War"}]', "JSON list of objects"),
        ("[{'id': 18, 'name': 'Drama'}, {'id': 2, 'name': 'War'}]", "Python list of objects"),
    ],
)
def test_parse_genres_in_any_notation_gives_the_names(cell, notation):
    assert parse_genres(cell) == (("Drama", "War"), notation)


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Drama", ("Drama",)),
        ("Children's", ("Children's",)),
        ("['Children\\'s', \"Rock 'n' Roll\"]", ("Children's", "Rock 'n' Roll")),
        ("{'Drama'}", ("Drama",)),
        ("('Drama')", ("Drama",)),
        ('{"id": 18, "name": "Drama"}', ("Drama",)),
        ("Drama|Sport, other", ("Drama", "Sport, other")),
    ],
)
def test_parse_genres_of_few_or_awkward_names_gives_them(cell, names):
    assert parse_genres(cell)[0] == names


@pytest.mark.parametrize(
    "cell",
    ["", "  ", "[]", "()", " , ", "['']", "nan", "NaN", "None", "null", "N/A", "<NA>", "\\N",
     "(no genres listed)"],
)  # fmt: skip
def test_parse_genres_of_what_programs_write_for_nothing_gives_none(cell):
    assert parse_genres(cell) == ((), "")


@pytest.mark.parametrize(
    "cell",
    ["[1, 2]", '["Drama"', '[{"id": 18}]', "[None]", "[nan]", "[{[]: 1}]", "[" * 100_000, "(5)",
     "[open('x')]", "['Drama' 'War', 'Crime']", "[Drama, War]", "[['Drama']]", "{1: 2}"],
)  # fmt: skip
def test_parse_genres_of_no_list_of_names_is_refused(cell):
    with pytest.raises(ValueError, match=r"cannot read the genres|genres without a name"):
        parse_genres(cell)


@pytest.mark.parametrize(
    ("names", "cell"),
    [
        ((), ""),
        (("Drama", "Sci-Fi"), "Drama|Sci-Fi"),
        (("Café",), "Café"),
        (("A|B", "Café"), '["A|B", "Café"]'),
        (("A, B",), '["A, B"]'),
        (("None",), '["None"]'),
        (("[x]",), '["[x]"]'),
        (("",), '[""]'),
        ((" a", "b"), '[" a", "b"]'),
    ],
)
def test_join_names_is_readable_unless_it_could_be_misread(names, cell):
    assert join_names(names) == cell


@given(st.lists(TEXTS, max_size=4).map(tuple))
@example(("",))
@example(("", ""))
@example(("(x",))
@example((" [",))
def test_split_names_gives_back_any_names(names):
    assert split_names(join_names(names)) == names


@given(st.lists(TEXTS.map(str.strip).filter(bool), max_size=4, unique=True).map(tuple))
def test_parse_genres_reads_what_join_names_wrote(names):
    assert parse_genres(join_names(names))[0] == names


@pytest.mark.parametrize("cell", ["[", "[1]", '["a", null]'])
def test_split_names_of_no_list_of_names_is_refused(cell):
    with pytest.raises(ValueError, match=r"Expecting value|not all of .* are names"):
        split_names(cell)
