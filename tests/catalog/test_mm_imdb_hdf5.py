import io
import os
import warnings

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mm_imdb_files import FILMS, film, flag, write_hdf5, write_metadata, write_raw
from PIL import Image

from keras_genre.catalog.mm_imdb import read_mm_imdb
from keras_genre.catalog.mm_imdb_hdf5 import read_mm_imdb_hdf5
from keras_genre.errors import CatalogError
from keras_genre.genres import MM_IMDB_GENRES

SIZES = (2, 1, 1)


@pytest.fixture
def path(tmp_path):
    return write_hdf5(tmp_path / "films.hdf5")


@pytest.fixture
def read(path, tmp_path):
    """Read the file of a test, or this file, into a new folder of posters."""

    def call(file=path, **options):
        options = {"split_sizes": SIZES, **options}
        return read_mm_imdb_hdf5(file, tmp_path / "posters", **options)

    return call


@pytest.fixture
def rewritten(path):
    """Replace a table of the file."""

    def call(name, data, **attributes):
        with h5py.File(path, "r+") as file:
            kept = dict(file[name].attrs)
            del file[name]
            if data is not None:
                file[name] = data
                file[name].attrs.update({**kept, **attributes})
        return path

    return call


def _pixels(poster):
    with Image.open(poster) as image:
        return np.asarray(image).astype(int)


def test_read_hdf5_agrees_with_the_raw_folder(read, tmp_path):
    raw = read_mm_imdb(write_raw(tmp_path / "raw"))
    catalog = read()
    assert catalog.vocabulary == raw.vocabulary
    for column in ("movie_id", "genres", "split"):
        assert catalog.frame[column].tolist() == raw.frame[column].tolist()
    np.testing.assert_array_equal(catalog.labels(), raw.labels())


_GENRE_SETS = st.lists(
    st.sets(st.sampled_from(MM_IMDB_GENRES), min_size=1, max_size=4), min_size=3, max_size=3
)


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(MM_IMDB_GENRES), genre_sets=_GENRE_SETS)
def test_read_hdf5_takes_the_order_of_labels_from_the_file(tmp_path_factory, order, genre_sets):
    folder = tmp_path_factory.mktemp("order")
    splits = ("train", "validation", "test")
    films = [
        film(f"{number:07}", split, sorted(genres))
        for number, (split, genres) in enumerate(zip(splits, genre_sets, strict=True))
    ]
    path = write_hdf5(folder / "films.hdf5", films, order, [None] * 3)
    catalog = read_mm_imdb_hdf5(path, folder / "posters", split_sizes=(1, 1, 1))
    assert catalog.vocabulary.names == tuple(order)
    assert [set(genres) for genres in catalog.frame["genres"]] == genre_sets


def test_read_hdf5_gives_posters_their_colours_and_directions_back(read):
    for poster in read().frame["poster"]:
        found = _pixels(poster)
        assert found.shape == (256, 160, 3)
        difference = np.abs(found - flag())
        assert np.median(difference) <= 2
        assert np.percentile(difference, 99) <= 12  # JPEG, along the edges


def test_read_hdf5_posters_of_noise_keep_their_brightness(path, tmp_path, read):
    noise = np.random.default_rng(3).integers(0, 256, (8, 5, 3), dtype="uint8")
    blocks = noise.repeat(32, axis=0).repeat(32, axis=1)
    write_hdf5(path, pixels=[blocks] * 4)
    found = _pixels(read().frame["poster"].iloc[0])
    centres = found[16::32, 16::32]
    assert np.abs(centres - noise).max() <= 3
    assert np.abs(found.mean(axis=(0, 1)) - blocks.mean(axis=(0, 1))).max() < 1


def test_read_hdf5_poster_of_zeros_counts_as_missing(path, read):
    write_hdf5(path, pixels=[flag(), None, flag(), flag()])
    catalog = read()
    assert catalog.frame["poster"].map(bool).tolist() == [True, False, True, True]
    assert "3 posters of 160x256 pixels, 1 films without" in catalog.notes[-1]


def test_read_hdf5_writes_a_poster_for_each_film_that_is_kept(path, tmp_path, read):
    films = [film("0000001"), film("0000002", genres=[]), film("0000003", "validation")]
    write_hdf5(path, [*films, film("0000004", "test")])
    seen = []
    catalog = read(progress=lambda done, total: seen.append((done, total)))
    assert catalog.frame["movie_id"].tolist() == ["0000001", "0000003", "0000004"]
    assert catalog.frame["split"].tolist() == ["train", "validation", "test"]
    assert sorted(path.name for path in (tmp_path / "posters").glob("[!.]*")) == [
        "0000001.jpg",
        "0000003.jpg",
        "0000004.jpg",
    ]
    assert "1 films without any of the 23 genres left out" in catalog.notes
    assert seen[-1] == (4, 4)


def test_read_hdf5_of_more_rows_than_a_slice_keeps_posters_with_their_films(tmp_path, monkeypatch):
    monkeypatch.setattr("keras_genre.catalog.mm_imdb_posters._ROWS_AT_ONCE", 3)
    films = [film(f"{number:07}") for number in range(8)]
    pixels = [np.full((256, 160, 3), 20 * number + 10, "uint8") for number in range(8)]
    path = write_hdf5(tmp_path / "films.hdf5", films, pixels=pixels)
    catalog = read_mm_imdb_hdf5(path, tmp_path / "posters", split_sizes=(8, 0, 0))
    for number, poster in enumerate(catalog.frame["poster"]):
        assert abs(_pixels(poster).mean() - (20 * number + 10)) <= 2


def test_read_hdf5_without_metadata_has_no_plots_and_says_so(read):
    catalog = read()
    assert (catalog.frame["plot"] == "").all()
    assert any("no plots" in note for note in catalog.notes)


def test_read_hdf5_with_metadata_joins_words_and_warns(path, tmp_path, read):
    write_hdf5(path, sequences=[[1, 2, 4], [0, 3], [], [2, 2]])
    metadata = write_metadata(tmp_path / "metadata.npy")
    with pytest.warns(UserWarning, match="N for each digit and _UNK_"):
        catalog = read(metadata=metadata, allow_pickle=True)
    assert catalog.frame["plot"].tolist() == ["a duel .", "_UNK_ NNNN", "", "duel duel"]


def test_read_hdf5_with_metadata_needs_a_word_that_pickles_may_run(tmp_path, read):
    marker = tmp_path / "ran"

    class Bomb:
        def __reduce__(self):
            return (open, (str(marker), "w"))

    np.save(tmp_path / "metadata.npy", np.array(Bomb(), dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="runs code in the file") as error:
        read(metadata=tmp_path / "metadata.npy")
    assert not isinstance(error.value, CatalogError)
    assert not marker.exists()
    assert not (tmp_path / "posters").exists()


@pytest.mark.parametrize("number", [-1, 99])
def test_read_hdf5_with_a_number_that_is_no_word_names_the_film(path, tmp_path, read, number):
    write_hdf5(path, sequences=[[1], [1], [1, number], [1]])
    metadata = write_metadata(tmp_path / "metadata.npy")
    with pytest.raises(CatalogError, match=f"film 0000033: the word {number} is none of the 5"):
        read(metadata=metadata, allow_pickle=True)
    assert not (tmp_path / "posters").exists()


def _npy(content):
    out = io.BytesIO()
    np.save(out, np.array(content, dtype=object), allow_pickle=True)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "cannot be unpickled"),
        (b"<html>", "cannot be unpickled"),
        (_npy({"a": 1})[:-4], "cannot be unpickled"),
        (_npy({"a": 1}), "expected a dictionary with the words under 'ix_to_word'"),
        (_npy([1, 2]), "expected a dictionary"),
        (_npy({"ix_to_word": {"1": "a"}}), "expected words by number"),
        (_npy({"ix_to_word": {1: b"a"}}), "expected words by number"),
        (None, "cannot be read"),
    ],
)
def test_read_hdf5_with_wrong_metadata_names_the_file(tmp_path, read, content, told):
    metadata = tmp_path / "metadata.npy"
    if content is not None:
        metadata.write_bytes(content)
    with pytest.raises(CatalogError) as error:
        read(metadata=metadata, allow_pickle=True)
    assert told in str(error.value)
    assert str(metadata) in str(error.value)


def test_read_hdf5_of_another_number_of_films_asks_for_sizes(path, tmp_path):
    with pytest.raises(CatalogError, match=r"holds 4 films; expected 25,959 = 15,552 \+ 2,608"):
        read_mm_imdb_hdf5(path, tmp_path / "posters")
    assert not (tmp_path / "posters").exists()


@pytest.mark.parametrize("sizes", [(4,), (5, -1, 0), "211", (2.0, 1, 1), 4, None])
def test_read_hdf5_with_wrong_sizes_is_an_argument_error(read, sizes):
    with pytest.raises(ValueError, match="three numbers of rows"):
        read(split_sizes=sizes)


_IMAGES = np.zeros((4, 3, 256, 160), "int32")


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("genres", None, "expected a table 'genres'"),
        ("genres", np.zeros((4, 22), "int32"), "each of the 23 names"),
        ("genres", np.zeros((4, 23), "float32"), "'genres': expected shape (any, any) of integers"),
        ("genres", np.full((4, 23), 2, "int32"), "film 0000011: expected labels of 0 and 1"),
        ("genres", np.zeros((4, 23), "int32"), "no film has a genre"),
        ("genres", np.zeros(4, "int32"), "received (4,) of int32"),
        ("images", _IMAGES[:3], "expected shape (4, 3, 256, 160) of integers"),
        ("images", _IMAGES.transpose(0, 2, 3, 1), "received (4, 256, 160, 3) of int32"),
        ("images", _IMAGES.astype("float16"), "of float16"),
        ("images", None, "expected a table 'images'"),
        ("imdb_ids", np.array([b"0000001"] * 4), "film 0000001 stands twice, in rows 0 and 1"),
        ("imdb_ids", np.array([b"../../a"] * 4), "expected seven digits; received '../../a'"),
        ("imdb_ids", np.array([b"000001\xb2"] * 4), "expected seven digits"),
        ("imdb_ids", np.arange(4), "expected shape (4) of byte strings"),
    ],
)
def test_read_hdf5_of_a_wrong_table_names_file_and_table(
    path, read, rewritten, tmp_path, name, data, told
):
    rewritten(name, data)
    with pytest.raises(CatalogError) as error:
        read()
    assert told in str(error.value)
    assert str(path) in str(error.value)
    assert not (tmp_path / "posters").exists()


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ("not JSON", "expected a JSON list of names"),
        ('{"a": 1}', "expected a JSON list of names"),
        ('["Drama", "Drama"]', "stands twice"),
        ("[1]", "Expected genre names as strings"),
        (7, "expected a JSON list of names"),
    ],
)
def test_read_hdf5_with_unreadable_names_of_labels_is_an_error(path, read, names, told):
    with h5py.File(path, "r+") as file:
        file["genres"].attrs["target_names"] = names
    with pytest.raises(CatalogError, match=told):
        read()


def test_read_hdf5_without_names_of_labels_does_not_guess(path, read):
    with h5py.File(path, "r+") as file:
        del file["genres"].attrs["target_names"]
    with pytest.raises(CatalogError, match="a guess would put wrong names on labels"):
        read()


def test_read_hdf5_of_sequences_that_are_no_lists_is_an_error(read, rewritten, tmp_path):
    rewritten("sequences", np.zeros(4, "int32"))
    metadata = write_metadata(tmp_path / "metadata.npy")
    with pytest.raises(CatalogError, match=r"'sequences': expected shape \(4\) of lists"):
        read(metadata=metadata, allow_pickle=True)


def test_read_hdf5_follows_no_link_out_of_the_file(path, read, tmp_path):
    other = write_hdf5(tmp_path / "other.hdf5")
    with h5py.File(path, "r+") as file:
        del file["images"]
        file["images"] = h5py.ExternalLink(str(other), "/images")
    with pytest.raises(CatalogError, match="expected a table 'images'"):
        read()
    (tmp_path / "bytes").write_bytes(bytes(_IMAGES.nbytes))
    with h5py.File(path, "r+") as file:
        del file["images"]
        file.create_dataset(
            "images", _IMAGES.shape, "int32", external=[(str(tmp_path / "bytes"), 0, 2**30)]
        )
    with pytest.raises(CatalogError, match="its values lie in other files"):
        read()


@settings(max_examples=20, deadline=None)
@given(share=st.floats(0, 0.999))
def test_read_hdf5_of_a_cut_file_is_an_error(tmp_path_factory, share):
    folder = tmp_path_factory.mktemp("cut")
    whole = write_hdf5(folder / "films.hdf5").read_bytes()
    (folder / "cut.hdf5").write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(CatalogError, match=r"cut\.hdf5"):
        read_mm_imdb_hdf5(folder / "cut.hdf5", folder / "posters", split_sizes=SIZES)
    assert not (folder / "posters").exists()


def test_read_hdf5_of_damaged_posters_leaves_none_behind(path, read, rewritten, tmp_path):
    with h5py.File(path, "r+") as file:
        del file["images"]
        images = file.create_dataset(
            "images", data=np.ones_like(_IMAGES), chunks=(4, 3, 256, 160), fletcher32=True
        )
        place = images.id.get_chunk_info(0).byte_offset
    with open(path, "r+b") as file:
        file.seek(place + 100)
        file.write(b"damage")
    with pytest.raises(CatalogError, match="'images': damaged"):
        read()
    assert os.listdir(tmp_path) == ["films.hdf5"]


def test_read_hdf5_refuses_an_existing_folder_of_posters(read, tmp_path):
    (tmp_path / "posters").mkdir()
    (tmp_path / "posters" / "mine.jpg").write_bytes(b"x")
    with pytest.raises(CatalogError, match="exists already"):
        read()
    assert os.listdir(tmp_path / "posters") == ["mine.jpg"]


def _files(folder):
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}


def test_read_hdf5_again_takes_the_posters_made_from_the_same_file(path, tmp_path, read):
    write_hdf5(path, pixels=[flag(), None, flag(), flag()])
    seen = []
    first = read()
    before = _files(tmp_path / "posters")
    (tmp_path / "posters" / "Thumbs.db").write_bytes(b"x")
    again = read(progress=lambda *done: seen.append(done))
    (tmp_path / "posters" / "Thumbs.db").unlink()
    assert again.frame.equals(first.frame)
    assert again.notes == first.notes
    assert _files(tmp_path / "posters") == before
    assert seen == []


def _change_time(path, posters):
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))


def _change_ids(path, posters):
    times = path.stat()
    with h5py.File(path, "r+") as file:
        file["imdb_ids"][0] = b"0000012"
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _grow(path, posters):
    times = path.stat()
    with open(path, "ab") as file:
        file.write(bytes(8))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _cut_poster(path, posters):
    os.truncate(posters / "0000033.jpg", 100)


def _lose_poster(path, posters):
    (posters / "0000033.jpg").unlink()


def _other_marker(path, posters):
    (posters / ".made-from.json").write_bytes(b"{")


@pytest.mark.parametrize(
    "change", [_change_time, _change_ids, _grow, _cut_poster, _lose_poster, _other_marker]
)
def test_read_hdf5_refuses_posters_made_from_what_is_no_longer_so(path, tmp_path, read, change):
    read()
    change(path, tmp_path / "posters")
    before = _files(tmp_path / "posters")
    with pytest.raises(CatalogError, match=r"were not made from .* or delete it first"):
        read()
    assert _files(tmp_path / "posters") == before


def test_read_hdf5_refuses_posters_whose_marker_is_gone(tmp_path, read):
    read()
    (tmp_path / "posters" / ".made-from.json").unlink()
    with pytest.raises(CatalogError, match="exists already"):
        read()


def test_read_hdf5_of_official_sizes_says_so(read, monkeypatch):
    sizes = dict(zip(("train", "validation", "test"), SIZES, strict=True))
    monkeypatch.setattr("keras_genre.catalog.mm_imdb_splits.OFFICIAL_SIZES", sizes)
    assert f"official split, all {len(FILMS)} films" in read().notes


def test_read_hdf5_without_metadata_warns_of_nothing(read):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read()
