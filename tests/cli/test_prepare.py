import pytest


@pytest.fixture
def prepare(run, tmp_path):
    """Prepare the records of a CSV file of this text; give exit code and standard error."""

    def call(text, *options, encoding="utf-8"):
        path = tmp_path / "films.csv"
        path.write_bytes(text.encode(encoding))
        code, out, err = run("prepare", "poster-csv", path, "--out", tmp_path / "data", *options)
        assert out == ""
        assert not (tmp_path / "data").exists()
        return code, err

    return call


# All of these fail before TensorFlow is loaded; a film that is read is one too few.
READ = (
    "Error: 1 films are too few for train, validation and test: expected 10 at the least, and "
    "hundreds for scores that say much.\n"
)


def test_prepare_takes_genre_columns_by_name(prepare):
    table = "id,Krimi,adult\na,1,0\n"
    code, err = prepare(table)
    assert code == 1
    assert "--genre-columns Krimi,adult" in err
    code, err = prepare(table, "--genre-columns", "Krimi, adult")
    assert code == 1
    assert err.endswith(READ)


def test_prepare_told_a_genres_column_and_genre_columns_is_used_wrongly(prepare):
    options = ("--genre-columns", "War", "--genres-column", "genres")
    code, err = prepare("id,genres,War\na,Drama,1\n", *options)
    assert code == 2
    assert "--genres-column or --genre-columns, not both" in err


@pytest.mark.parametrize("source", ["poster-csv", "tmdb-csv", "catalog"])
def test_prepare_of_a_table_that_is_not_at_the_store_names_its_address(run, tmp_path, source):
    code, _, err = run("prepare", source, "memory://bucket/films.csv", "--out", tmp_path / "data")
    assert code == 1
    assert "There is no file memory://bucket/films.csv." in err
    assert not list(tmp_path.iterdir())


def test_prepare_takes_the_encoding_by_name(prepare):
    table = "id,genres,plot\na,Dramat,Młoda dziewczyna przyjeżdża\n"
    code, err = prepare(table, encoding="cp1250")
    assert code == 1
    assert "name its encoding (--encoding)" in err
    code, err = prepare(table, "--encoding", "cp1250", encoding="cp1250")
    assert code == 1
    assert err.endswith(READ)
    code, err = prepare(table, "--encoding", "klingon")
    assert code == 1
    assert "Unknown encoding 'klingon'" in err
