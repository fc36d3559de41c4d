import errno
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from keras_genre.errors import KerasGenreError
from keras_genre.training.checkpoints import ABOUT, Checkpoints

ARRAYS = {"model/0": np.arange(6, dtype="float32").reshape(2, 3), "seed": np.uint32([7, 8])}
NOTES = {"epoch": 3, "history": [{"loss": 0.1 + 0.2}], "best": None}


def make(folder):
    return Checkpoints(folder / "checkpoints", {"recipe": {"preset": "lstm"}})


_dtypes = st.sampled_from(["float32", "float64", "int64", "uint32", "bool"])


@settings(max_examples=30, deadline=None)
@given(hnp.arrays(_dtypes, hnp.array_shapes(min_dims=0, max_dims=3)), st.floats(allow_nan=False))
def test_state_is_read_as_it_was_saved_bit_for_bit(tmp_path_factory, array, number):
    folder = tmp_path_factory.mktemp("state")
    make(folder).save(1, {"model/0": array}, {"number": number})
    found, arrays, notes = make(folder).newest()
    assert found == 1
    assert arrays["model/0"].dtype == array.dtype
    assert arrays["model/0"].tobytes() == array.tobytes()
    assert notes == {"number": number}


def test_newest_of_nothing_is_none(tmp_path):
    assert make(tmp_path).newest() is None


def test_only_the_newest_two_states_are_kept_and_they_say_what_they_are_of(tmp_path):
    checkpoints = make(tmp_path)
    for number in (1, 2, 10, 11):
        checkpoints.save(number, ARRAYS, {**NOTES, "number": number})
    names = sorted(path.name for path in (tmp_path / "checkpoints").iterdir())
    assert names == ["000010.json", "000010.npz", "000011.json", "000011.npz", ABOUT]
    number, _, notes = checkpoints.newest()
    assert (number, notes["number"]) == (11, 11)
    assert '"preset": "lstm"' in (tmp_path / "checkpoints" / ABOUT).read_text()


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "000002.npz").write_bytes(b""),
        lambda folder: (folder / "000002.npz").unlink(),
        lambda folder: (folder / "000002.json").write_text("{"),
        lambda folder: (folder / "000002.json").write_text('{"sha256": "0", "notes": {}}'),
        lambda folder: flip_a_bit(folder / "000002.npz"),
    ],
)
def test_damaged_state_is_passed_over_with_a_warning(tmp_path, damage):
    checkpoints = make(tmp_path)
    checkpoints.save(1, ARRAYS, {"number": 1})
    checkpoints.save(2, ARRAYS, {"number": 2})
    damage(tmp_path / "checkpoints")
    with pytest.warns(UserWarning, match=r"000002\.json is damaged.*the one before"):
        number, arrays, notes = checkpoints.newest()
    assert (number, notes) == (1, {"number": 1})
    np.testing.assert_array_equal(arrays["model/0"], ARRAYS["model/0"])


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_state_without_its_note_does_not_count(tmp_path):
    """As a process leaves it that is killed between the two."""
    checkpoints = make(tmp_path)
    checkpoints.save(1, ARRAYS, NOTES)
    (tmp_path / "checkpoints" / "000002.npz").write_bytes(b"half")
    assert checkpoints.newest()[0] == 1
    checkpoints.save(2, ARRAYS, NOTES)
    assert checkpoints.newest()[0] == 2


def test_full_disk_leaves_the_states_before(tmp_path, monkeypatch):
    checkpoints = make(tmp_path)
    checkpoints.save(1, ARRAYS, NOTES)

    def full(file, **arrays):
        file.write(b"some")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(KerasGenreError, match="No space left"):
        checkpoints.save(2, ARRAYS, NOTES)
    monkeypatch.undo()
    assert checkpoints.newest()[0] == 1
    assert sorted(path.name for path in (tmp_path / "checkpoints").iterdir()) == [
        "000001.json", "000001.npz", ABOUT,
    ]  # fmt: skip
