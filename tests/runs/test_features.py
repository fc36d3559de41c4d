import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_genre.errors import RunError
from keras_genre.runs.feature_files import growing_array, load_features, seal
from keras_genre.runs.features import Features


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6), st.data())
def test_gather_pads_the_tokens_of_each_film(lengths, data):
    """Films' tokens may lie in any order."""
    lengths = np.array(lengths)
    order = data.draw(st.permutations(range(len(lengths))))
    starts = np.zeros(len(lengths), np.int64)
    starts[order] = np.cumsum(lengths[order]) - lengths[order]
    tokens = np.arange(lengths.sum() * 2, dtype="float32").reshape(-1, 2) + 1
    vectors = np.arange(len(lengths) * 3, dtype="float32").reshape(-1, 3)
    ids = tuple(map(str, range(len(lengths))))
    features = Features(ids, lengths > 0, vectors, tokens, starts, lengths)
    rows = np.array(data.draw(st.lists(st.integers(0, len(lengths) - 1), min_size=1, max_size=5)))
    batch = features.gather(rows)
    longest = max(1, lengths[rows].max())
    assert batch["tokens"].shape == (len(rows), longest, 2)
    for number, row in enumerate(rows):
        expected = tokens[starts[row] : starts[row] + lengths[row]]
        np.testing.assert_array_equal(batch["tokens"][number][batch["mask"][number]], expected)
        assert not batch["tokens"][number][~batch["mask"][number]].any()
    np.testing.assert_array_equal(batch["vector"], vectors[rows])
    np.testing.assert_array_equal(batch["present"], lengths[rows] > 0)


def test_gather_of_posters_has_all_positions_and_no_mask():
    tokens = np.ones((3, 2), "float32")
    features = Features(
        ("a", "b"), np.array([True, False]), np.zeros((2, 2), "float32"), tokens,
        np.array([0, 0]), np.array([3, 0]), positions=3,
    )  # fmt: skip
    batch = features.gather(np.array([1, 0]))
    assert sorted(batch) == ["present", "tokens", "vector"]
    assert batch["tokens"][:, :, 0].tolist() == [[0, 0, 0], [1, 1, 1]]
    assert features.gather(np.array([1]))["tokens"].shape == (1, 3, 2)


@given(st.lists(st.integers(0, 3), max_size=5))
def test_growing_array_is_read_as_it_was_written(tmp_path_factory, sizes):
    path = tmp_path_factory.mktemp("array") / "tokens.npy"
    rng = np.random.default_rng(0)
    parts = [rng.normal(size=(size, 3)).astype("float32") for size in sizes]
    with growing_array(path, 3) as append:
        firsts = [append(part) for part in parts]
    written = np.load(path, mmap_mode="r" if sum(sizes) else None)
    assert written.shape == (sum(sizes), 3)
    for first, part in zip(firsts, parts, strict=True):
        np.testing.assert_array_equal(written[first : first + len(part)], part)


def test_load_of_an_empty_folder_names_it(tmp_path):
    with pytest.raises(RunError, match=re.escape(str(tmp_path))):
        load_features(tmp_path, ("a",), with_tokens=False)


def test_sealed_features_without_tokens_are_loaded(tmp_path):
    np.save(tmp_path / "present.npy", np.array([True]))
    np.save(tmp_path / "vectors.npy", np.ones((1, 2), "float32"))
    seal(tmp_path, positions=None)
    features = load_features(tmp_path, ("a",), with_tokens=False)
    assert features.vectors.tolist() == [[1.0, 1.0]]
    assert features.tokens is None
