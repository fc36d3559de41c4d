import pytest
from picture_files import claiming, encode, noise

from keras_genre.catalog.poster_reading import poster_problems


@pytest.fixture
def named(tmp_path):
    def write(name, content):
        (tmp_path / name).write_bytes(content)
        return str(tmp_path / name)

    return write


def test_poster_problems_says_in_order_what_is_wrong_with_each_file(named, tmp_path):
    whole = encode(noise())
    files = {
        "whole.jpg": (whole, ""),
        "cut.jpg": (whole[:-200], "truncated"),
        "page.jpg": (b"<html>404</html>", "expected a JPEG"),
        "empty.jpg": (b"", "expected a JPEG"),
        "cut.png": (encode(noise(), "PNG")[:-200], "truncated"),
        "huge.png": (claiming("PNG", 9_000, 9_000), "50 million"),
        "whole.webp": (encode(noise(), "WEBP"), ""),
    }
    paths = [named(name, content) for name, (content, _) in files.items()]
    problems = poster_problems([*paths, str(tmp_path / "absent.jpg"), str(tmp_path)])
    for problem, (_, expected) in zip(problems[:-2], files.values(), strict=True):
        assert expected in problem if expected else problem == ""
        assert bool(problem) == bool(expected)
    assert problems[-2] == "No such file or directory"
    assert problems[-1] == "Is a directory"
