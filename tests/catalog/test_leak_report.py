import pandas as pd
import pytest

from keras_genre.catalog.leak_report import LeakReport

COLUMNS = ["kind", "movie_id", "split", "other_id", "other_split", "detail"]


@pytest.fixture
def report():
    rows = [
        ("plot", f"a{row}", "train", f"b{row}", "test", "plots alike by 90%") for row in range(9)
    ]
    rows.append(("id", "tt7", "train", "7", "validation", f"the same id {'7' * 90}"))
    return LeakReport(pd.DataFrame(rows, columns=COLUMNS))


def test_leak_report_is_true_and_counts_by_kind_and_splits(report):
    assert report
    assert len(report) == 10
    assert report.counts == {("plot", "train", "test"): 9, ("id", "train", "validation"): 1}
    assert not LeakReport(report.pairs.head(0))


def test_leak_report_summary_fits_a_terminal_and_shows_each_kind(report):
    lines = report.summary().splitlines()
    assert lines[0].endswith("10 pairs:")
    assert lines[1].split() == ["plot", "train", "and", "test", "9", "pairs"]
    assert lines[3] == "  a0 and b0: plots alike by 90%"
    assert lines[4].startswith("  tt7 and 7: the same id 777")
    assert len(lines) == 3 + 5
    assert max(map(len, lines)) <= 80


def test_leak_report_summary_shows_titles_without_obeying_them():
    bait = "the same title and year: x\x1b[2J\nNo film stands in two splits.\u202e é (1996)"
    row = ("title_and_year", "a\r", "train", "b\x9b", "test", bait)
    lines = LeakReport(pd.DataFrame([row], columns=COLUMNS)).summary().split("\n")
    assert len(lines) == 3
    assert lines[-1].startswith(r"  a\r and b\x9b: the same title and year: x\x1b[2J\nNo film ")
    assert all(line.isprintable() and len(line) <= 80 for line in lines)


def test_leak_report_save_writes_every_pair(report, tmp_path):
    report.save(tmp_path / "leaks.csv")
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "leaks.csv"), report.pairs, check_dtype=False
    )
