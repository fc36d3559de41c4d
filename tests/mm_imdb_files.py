"""MM-IMDb in miniature: the raw folder and the HDF5 file, of invented films."""

import io
import json
import tarfile

import h5py
import numpy as np
from PIL import Image

from keras_genre.genres import MM_IMDB_GENRES

SPLIT_KEYS = {"train": "train", "validation": "dev", "test": "test"}
WORDS = {0: "_UNK_", 1: "a", 2: "duel", 3: "NNNN", 4: "."}
_MEAN_BGR = np.array([103.939, 116.779, 123.68])


def film(movie_id, split="train", genres=("Drama",), **fields):
    """A film as both writers take it; `fields` go into its JSON file as they are."""
    return {"id": movie_id, "split": split, "genres": list(genres), "fields": fields}


FILMS = (
    film(
        "0000011",
        genres=["War", "Drama"],
        title="The Duel",
        plot=["A duel.", "A duel at dawn, told at length.", "Dawn."],
        year=1931,
        director=[{"name": "Ann Ash"}],
        cast=[{"name": "Bo Birch"}, {"name": "Ann Ash"}],
        writer=["Cy Cedar"],
    ),
    film("0000022", genres=["Sci-Fi"], title="Far Moon", plot=["A moon."]),
    film("0000033", "validation", ["Film-Noir", "Crime"], title="Rain", plot=["Rain, at night."]),
    film("0000044", "test", ["Comedy"], title="Custard", plot=["A pie flies."]),
)


def flag(width=160, height=256):
    """Red above left, blue below, green on the right: it shows which way round it is."""
    pixels = np.zeros((height, width, 3), "uint8")
    pixels[: height // 4, : width // 2] = (250, 10, 20)
    pixels[height // 4 :, : width // 2] = (10, 20, 250)
    pixels[:, width // 2 :] = (30, 240, 10)
    return pixels


def write_raw(folder, films=FILMS, posters=True):
    """Write split.json and dataset/ as mmimdb.tar.gz holds them."""
    dataset = folder / "dataset"
    dataset.mkdir(parents=True)
    splits = {
        key: [film["id"] for film in films if film["split"] == split]
        for split, key in SPLIT_KEYS.items()
    }
    (folder / "split.json").write_text(json.dumps(splits))
    for film in films:
        content = {"genres": film["genres"], **film["fields"]}
        (dataset / f"{film['id']}.json").write_text(json.dumps(content))
        if posters:
            Image.fromarray(flag(20, 30)).save(dataset / f"{film['id']}.jpeg")
    return folder


def pack(folder, archive):
    """Pack a folder as a .tar.gz whose paths begin with the folder's name."""
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(folder, folder.name)
    return archive


def packed(members, archive):
    """Write a .tar.gz of `TarInfo`s and their contents."""
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        for member, content in members:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return archive


def as_stored(pixels):
    """A poster of shape `(height, width, 3)` as the file holds it: BGR, no mean, channels first."""
    without_mean = pixels[..., ::-1].astype("float64") - _MEAN_BGR
    return without_mean.astype("int32").transpose(2, 0, 1)  # the fraction is cut off


def write_hdf5(path, films=FILMS, order=MM_IMDB_GENRES, pixels=None, sequences=None):
    """Write multimodal_imdb.hdf5; the films' splits come in the order train, dev, test.

    `pixels` is an array of shape (height, width, 3) for each film, None for one of zeros;
    `sequences` a list of word numbers for each film.
    """
    films = sorted(films, key=lambda film: list(SPLIT_KEYS).index(film["split"]))
    pixels = [flag()] * len(films) if pixels is None else pixels
    images = np.zeros((len(films), 3, 256, 160), "int32")
    for row, picture in enumerate(pixels):
        if picture is not None:
            images[row] = as_stored(picture)
    with h5py.File(path, "w") as file:
        labels = [[int(name in film["genres"]) for name in order] for film in films]
        genres = file.create_dataset("genres", data=np.array(labels, "int32"))
        genres.attrs["target_names"] = json.dumps(list(order))
        file["images"] = images
        file["imdb_ids"] = np.array([film["id"] for film in films], "S7")
        plots = file.create_dataset("sequences", (len(films),), h5py.vlen_dtype("int32"))
        for row, numbers in enumerate(sequences or [[1, 2, 4]] * len(films)):
            plots[row] = np.array(numbers, "int32")
        file["features"] = np.zeros((len(films), 300), "float32")
    return path


def write_metadata(path, words=WORDS):
    content = {"ix_to_word": words, "vocab_size": len(words), "lookup": None}
    content["word_to_ix"] = {word: number for number, word in words.items()}
    np.save(path, np.array(content, dtype=object), allow_pickle=True)
    return path
