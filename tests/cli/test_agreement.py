import json

import pytest


@pytest.fixture
def files(tmp_path):
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.write_text("id,genres\n1,Drama\n2,Drama|Science Fiction\n3,War\n")
    other.write_text("id,labels\n1,Drama\n2,Sci-Fi\n4,War\n")
    return one, other


def test_agreement_of_two_files_is_scored(run, files):
    line = ("agreement", *files, "--genres-column", "labels", "--resamples", 20)
    code, out, err = run(*line)
    assert code == 0, err
    assert out.startswith("2 films that both labelled")
    _, out, _ = run(*line, "--json")
    result = json.loads(out)
    assert result["overall"]["micro_f1"]["value"] == pytest.approx(0.8)
    per_genre = {row["genre"]: row for row in result["per_genre"]}
    assert per_genre["Sci-Fi"]["f1"] == 1
    assert per_genre["War"]["f1"] is None


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--genres-column", "label"), 2, "Neither file has a column 'label' (genres)."),
        ((), 1, "other.csv has no column for the genres"),
    ],
)
def test_agreement_of_a_file_without_genres_says_so(run, files, options, code, message):
    ended, out, err = run("agreement", *files, *options)
    assert (ended, out) == (code, "")
    assert message in err
