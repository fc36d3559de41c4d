import itertools

import numpy as np
import pytest
from picture_files import encode, exif, stored, with_segments
from PIL import Image, ImageDraw, ImageEnhance, ImageFont

from keras_genre.catalog import poster_hashes
from keras_genre.catalog.poster_comparison import same_picture
from keras_genre.catalog.poster_hashes import near_identical_posters


@pytest.fixture
def poster_file(tmp_path):
    """Write a picture, or bytes, as a new file and return its path."""

    def write(content, kind="JPEG", **options):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.poster"
        path.write_bytes(
            content if isinstance(content, bytes) else encode(content, kind, **options)
        )
        return str(path)

    return write


def found(paths):
    return near_identical_posters(paths).tolist()


VARIANTS = {
    "the same file": lambda image: encode(image),
    "smaller": lambda image: encode(image.resize((96, 144))),
    "larger": lambda image: encode(image.resize((400, 600))),
    "compressed": lambda image: encode(image, quality=15),
    "png": lambda image: encode(image, "PNG"),
    "webp": lambda image: encode(image, "WEBP"),
    "gif": lambda image: encode(image, "GIF"),
    "brighter": lambda image: encode(ImageEnhance.Brightness(image).enhance(1.1)),
    "narrower": lambda image: encode(image.crop((2, 3, 158, 237))),
    "stored on its side": lambda image: with_segments(encode(stored(image, 6)), (0xE1, exif(6))),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_near_identical_posters_are_found_whatever_the_file(poster_file, smooth_picture, variant):
    original = smooth_picture(1)
    paths = [poster_file(smooth_picture(seed)) for seed in (2, 3)]
    assert found([poster_file(original), *paths, poster_file(VARIANTS[variant](original))]) == [
        [0, 3]
    ]


def test_near_identical_posters_of_different_pictures_are_none(poster_file, smooth_picture):
    paths = [poster_file(smooth_picture(seed)) for seed in range(60)]
    assert found(paths) == []
    assert len(found([*paths, *paths])) == 60


@pytest.mark.parametrize("what", ["a figure", "a title"])
def test_near_identical_posters_of_one_scene_are_candidates_and_none(
    poster_file, smooth_picture, monkeypatch, what
):
    def drawn(one):
        image = ImageEnhance.Contrast(smooth_picture(4)).enhance(0.4)
        draw = ImageDraw.Draw(image)
        if what == "a title":
            title = "CACTUS" if one else "ROBOTS"
            draw.text((35, 40), title, "white", ImageFont.load_default(24))
        elif one:
            draw.ellipse((70, 100, 96, 130), "white", "black", 3)
        else:
            draw.rectangle((70, 100, 96, 130), "white", "black", 3)
        return image

    one, other = poster_file(drawn(True)), poster_file(drawn(False))
    assert found([one, other, poster_file(drawn(True), "PNG"), other]) == [[0, 2], [1, 3]]
    monkeypatch.setattr(poster_hashes, "same_picture", lambda one, other: True)
    assert found([one, other]) == [[0, 1]]


def test_near_identical_posters_of_one_shape_and_other_colours_are_none(
    poster_file, smooth_picture
):
    picture = smooth_picture(4)
    grey = picture.convert("L").convert("RGB")
    assert found([poster_file(picture, "PNG"), poster_file(grey, "PNG")]) == []
    assert found([poster_file(grey), poster_file(grey, "PNG")]) == [[0, 1]]


def test_near_identical_posters_that_are_blank_match_nothing(poster_file):
    blank = [
        poster_file(Image.new("RGB", (90, 120), color)) for color in ("black", "black", "white")
    ]
    nearly = Image.new("RGB", (90, 120), "grey")
    nearly.putpixel((4, 4), (255, 255, 255))
    assert found([*blank, poster_file(nearly), poster_file(nearly)]) == []


def test_near_identical_posters_leave_out_what_is_missing_or_unreadable(
    poster_file, smooth_picture
):
    content = encode(smooth_picture(5))
    broken = content[: len(content) // 2]
    paths = ["", poster_file(content), poster_file(broken), poster_file(broken), "", "no/such.jpg"]
    assert found([*paths, poster_file(content), ""]) == [[1, 6]]
    assert near_identical_posters(["", ""]).shape == (0, 2)


def test_near_identical_posters_of_a_crowd_are_each_compared_once(
    poster_file, smooth_picture, monkeypatch
):
    compared = []
    monkeypatch.setattr(
        poster_hashes,
        "same_picture",
        lambda one, other: compared.append(1) or same_picture(one, other),
    )
    qualities = [poster_file(smooth_picture(6), quality=50 + row) for row in range(40)]
    pairs = near_identical_posters([*qualities, *qualities[:1] * 20])
    assert pairs.tolist() == [[0, row] for row in range(1, 60)]
    assert len(compared) == 59


def test_near_identical_posters_tell_how_far_they_are(poster_file, smooth_picture, monkeypatch):
    monkeypatch.setattr("keras_genre.catalog.poster_reading._POSTERS_IN_FLIGHT", 2)
    calls = []
    paths = [poster_file(smooth_picture(seed)) for seed in range(3)]
    near_identical_posters(["", *paths], progress=lambda *call: calls.append(call))
    assert calls == [(2, 3), (3, 3)]


def test_near_hashes_are_exactly_those_within_eight_bits():
    random = np.random.default_rng(0)
    hashes = random.integers(0, 2**63, 300, dtype=np.uint64)
    hashes[150:] = hashes[:150]
    for row in range(150, 300):  # 0 to 11 bits beside an earlier one
        for bit in random.choice(64, row % 12, replace=False):
            hashes[row] ^= np.uint64(1 << int(bit))
    bits = np.bitwise_count(hashes[:, None] ^ hashes)
    expected = {(i, j) for i, j in np.argwhere(bits <= 8).tolist() if i < j}
    pairs = {tuple(pair) for of in poster_hashes._near_hashes(hashes) for pair in of.tolist()}
    assert pairs == expected
    assert len(pairs) > 100


def test_near_hashes_find_eight_bits_wherever_they_are():
    edges = np.linspace(0, 64, 12).astype(int)
    flipped = [
        sum(1 << int(edges[block]) for block in blocks)
        for blocks in itertools.combinations(range(11), 8)
    ]
    start = np.random.default_rng(0).integers(0, 2**63, len(flipped), dtype=np.uint64)
    hashes = np.concatenate([start, start ^ np.array(flipped, np.uint64)])
    pairs = {tuple(pair) for of in poster_hashes._near_hashes(hashes) for pair in of.tolist()}
    assert pairs == {(row, row + len(flipped)) for row in range(len(flipped))}
