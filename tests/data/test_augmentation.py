import colorsys
import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.data.augmentation import PosterAugmentation
from keras_genre.models import GenreClassifier
from keras_genre.preprocessing import MoviePreprocessor, PlotVectorizer, PosterDecoder

NAMES = [field.name for field in dataclasses.fields(PosterAugmentation)]
SIZE = 8
LUMA = [0.299, 0.587, 0.114]
POSTERS = np.random.default_rng(0).integers(0, 256, (3, SIZE, SIZE, 3), "uint8")
# Values that no factor of 1.5 or less makes too bright.
MILD = POSTERS // 2 + 30


def only(**parts):
    return PosterAugmentation(**{**dict.fromkeys(NAMES, 0), **parts})


def changed(augmentation, posters=POSTERS, seed=(1, 2)):
    return augmentation(tf.constant(posters), seed).numpy()


@pytest.fixture
def draw_all(monkeypatch):
    """Let every draw be the same: 1 is the most to one side, -1 to the other."""

    def draw(value):
        monkeypatch.setattr(
            tf.random, "stateless_uniform", lambda shape, *_: tf.fill(shape, float(value))
        )

    return draw


def test_augmentation_with_every_part_off_changes_nothing():
    np.testing.assert_allclose(changed(only()), POSTERS)


def test_augmentation_flips_to_the_mirror_image(draw_all):
    draw_all(-1)
    np.testing.assert_array_equal(changed(only(flip=0.01)), POSTERS[:, :, ::-1])


def test_augmentation_flips_as_many_as_the_probability_says():
    posters = np.tile(POSTERS[:1], (1000, 1, 1, 1))
    flipped = (changed(only(flip=0.3), posters) == POSTERS[0, :, ::-1]).all(axis=(1, 2, 3))
    unflipped = (changed(only(flip=0.3), posters) == POSTERS[0]).all(axis=(1, 2, 3))
    assert (flipped ^ unflipped).all()
    assert 0.25 < flipped.mean() < 0.35
    np.testing.assert_array_equal(changed(only(flip=1)), POSTERS[:, :, ::-1])


@pytest.mark.parametrize(("value", "quarters"), [(1, 1), (-1, -1)])
def test_augmentation_turns_about_the_center(draw_all, value, quarters):
    draw_all(value)
    turned = changed(only(rotation=90)).astype(int)
    np.testing.assert_allclose(turned, np.rot90(POSTERS, quarters, axes=(1, 2)), atol=1)


def test_augmentation_turns_and_flips_by_one_mapping(draw_all):
    draw_all(-1)
    both = changed(only(rotation=90, flip=1)).astype(int)
    one_after_the_other = np.rot90(POSTERS[:, :, ::-1], -1, axes=(1, 2))
    np.testing.assert_allclose(both, one_after_the_other, atol=1)


def test_augmentation_turns_by_few_degrees_as_much_as_they_say(draw_all):
    size = 101
    poster = np.zeros((1, size, size, 3), "uint8")
    poster[0, 50, 87:94] = 255  # 40 pixels right of the center
    draw_all(1)
    turned = changed(only(rotation=10), poster)[0, ..., 0].astype(float)
    rows, columns = np.indices(turned.shape)
    place = np.average(rows, weights=turned) - 50, np.average(columns, weights=turned) - 50
    expected = -40 * np.sin(np.radians(10)), 40 * np.cos(np.radians(10))
    np.testing.assert_allclose(place, expected, atol=0.1)


def test_augmentation_shifts_and_fills_with_the_mirror_image(draw_all):
    draw_all(1)
    moved = changed(only(shift=0.25))
    expected = np.pad(POSTERS, [(0, 0), (2, 0), (2, 0), (0, 0)], mode="symmetric")
    np.testing.assert_array_equal(moved, expected[:, :SIZE, :SIZE])


def test_augmentation_brightens_by_a_factor_and_cuts_off_at_white(draw_all):
    draw_all(1)
    expected = np.minimum(1.4 * POSTERS, 255)
    assert (expected == 255).any()
    np.testing.assert_allclose(changed(only(brightness=0.4)), expected, atol=0.51)


def test_augmentation_scales_contrast_about_the_mean_luma(draw_all):
    mean = (MILD @ LUMA).mean(axis=(1, 2))[:, None, None, None]
    for draw, factor in ((1, 1.3), (-1, 0.7)):
        draw_all(draw)
        expected = mean + factor * (MILD - mean)
        np.testing.assert_allclose(changed(only(contrast=0.3), MILD), expected, atol=0.51)


def test_augmentation_scales_saturation_about_grey(draw_all):
    grey = (MILD @ LUMA)[..., None]
    for draw, factor in ((0.5, 1.25), (-1, 0.5)):
        draw_all(draw)
        expected = np.clip(grey + factor * (MILD - grey), 0, 255)
        np.testing.assert_allclose(changed(only(saturation=0.5), MILD), expected, atol=0.6)


def test_augmentation_turns_hue_and_keeps_luma_and_grey(draw_all):
    draw_all(1)
    colors = np.array([[[[120, 90, 100], [100, 110, 130], [77, 77, 77], [255, 255, 255]]] * 4])
    turned = changed(only(hue=0.5), colors.astype("uint8"))[0, 0]
    for color, other in zip(colors[0, 0] / 255, turned / 255, strict=True):
        luma, i, q = colorsys.rgb_to_yiq(*color)
        np.testing.assert_allclose(other, colorsys.yiq_to_rgb(luma, -i, -q), atol=3 / 255)
    assert turned[2].tolist() == [77, 77, 77]


@pytest.mark.parametrize("name", NAMES[1:])
def test_augmentation_draws_for_each_poster_apart(name):
    posters = np.tile(MILD[:1], (4, 1, 1, 1))
    assert len(np.unique(changed(only(**{name: 0.4}), posters), axis=0)) == 4


def test_augmentation_draws_the_same_for_one_part_whatever_the_others_are():
    flipped = (changed(only(flip=0.5)) == POSTERS[:, :, ::-1]).all(axis=(1, 2, 3))
    brighter = changed(only(flip=0.5, brightness=0.2), MILD).astype(float)
    for poster, is_flipped, other in zip(MILD, flipped, brighter, strict=True):
        poster = poster[:, ::-1] if is_flipped else poster
        assert np.corrcoef(poster.ravel(), other.ravel())[0, 1] > 0.999


@settings(max_examples=30, deadline=None)
@given(
    st.fixed_dictionaries({name: st.floats(0, 0.5) for name in NAMES}),
    st.tuples(st.integers(0, 2**31), st.integers(0, 2**31)),
)
def test_augmentation_repeats_under_a_seed_and_leaves_black_posters_black(parts, seed):
    posters = POSTERS.copy()
    posters[1] = 0
    first = changed(PosterAugmentation(**parts), posters, seed)
    np.testing.assert_array_equal(changed(PosterAugmentation(**parts), posters, seed), first)
    assert (first.shape, first.dtype) == (posters.shape, "uint8")
    assert not first[1].any()


def test_augmentation_under_another_seed_is_another():
    first = changed(PosterAugmentation())
    for seed in ((1, 3), (2, 2)):
        assert (changed(PosterAugmentation(), seed=seed) != first).any(axis=(1, 2, 3)).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [-0.1, 200, float("nan"), "1", True])
def test_augmentation_with_a_value_out_of_range_names_it(name, value):
    with pytest.raises(ValueError, match=f"Expected {name} as a number from 0 to"):
        PosterAugmentation(**{name: value})


# What `MovieDataset.load` makes of it.


@pytest.fixture(scope="module")
def preprocessor(sample_dataset):
    preprocessor = MoviePreprocessor(PlotVectorizer(500, 32), PosterDecoder(16))
    preprocessor.adapt(sample_dataset.plots("train"))
    return preprocessor


def epoch_of(batches):
    return [tf.nest.flatten(batch) for batch in batches.as_numpy_iterator()]


def are_same(batches, others):
    if [len(batch[-1]) for batch in batches] != [len(batch[-1]) for batch in others]:
        return False
    return all(
        np.array_equal(array, other)
        for batch, other_batch in zip(batches, others, strict=True)
        for array, other in zip(batch, other_batch, strict=True)
    )


@pytest.mark.parametrize(
    "choices",
    [{"shuffle": False}, {"bucketed": True}, {"balanced": True}],
    ids=str,
)
def test_load_with_augmentation_repeats_each_epoch_resumed_cached_or_skipped_to(
    sample_dataset, choices
):
    preprocessor = MoviePreprocessor(poster=PosterDecoder(16))

    def load(**further):
        options = {**choices, "augmentation": PosterAugmentation(), "seed": 3, **further}
        return sample_dataset.load("train", preprocessor, 8, **options)

    batches, cached = load(), load(cache=True)
    first, second = epoch_of(batches), epoch_of(batches)
    assert not are_same(first, second)
    assert are_same(first[5:], epoch_of(load().skip(5)))
    assert are_same(second, epoch_of(load(epoch=1)))
    assert are_same(first, epoch_of(cached))
    assert are_same(second, epoch_of(cached))


def test_load_begun_at_a_later_epoch_gives_its_batches(sample_dataset):
    def load(**choices):
        return sample_dataset.load("train", lambda raw: raw, 8, balanced=True, **choices)

    batches = load()
    epochs = [epoch_of(batches) for _ in range(4)]
    assert not are_same(epochs[2], epochs[3])
    resumed = load(epoch=2)
    assert are_same(epochs[2], epoch_of(resumed))
    assert are_same(epochs[3], epoch_of(resumed))


def test_load_with_augmentation_changes_posters_alone_and_anew_each_epoch(
    sample_dataset, preprocessor
):
    plain = sample_dataset.load("train", preprocessor, 8, shuffle=False, with_ids=True)
    assert are_same(epoch_of(plain), epoch_of(plain))
    augmented = sample_dataset.load(
        "train", preprocessor, 8, shuffle=False, with_ids=True, augmentation=PosterAugmentation()
    )
    assert augmented.element_spec == plain.element_spec
    epochs = [list(batches.as_numpy_iterator()) for batches in (plain, augmented, augmented)]
    for batches in zip(*epochs, strict=True):
        images = [tensors.pop("poster_image") for tensors, *_ in batches]
        present = batches[0][0]["has_poster"]
        for one, other in ((0, 1), (0, 2), (1, 2)):
            assert (images[one] != images[other])[present].any(axis=(1, 2, 3)).all()
        for image in images:
            assert not image[~present].any()
        flat = [tf.nest.flatten(batch) for batch in batches]
        assert are_same(flat[:1], flat[1:2])
        assert are_same(flat[:1], flat[2:])


@pytest.mark.parametrize("split", ["validation", "test"])
def test_load_with_augmentation_of_films_to_be_scored_is_refused(
    sample_dataset, preprocessor, split
):
    with pytest.raises(ValueError, match=f"training films alone, received split '{split}'"):
        sample_dataset.load(split, preprocessor, augmentation=PosterAugmentation())


def test_load_with_augmentation_of_plots_alone_is_refused(sample_dataset, preprocessor):
    plots_alone = MoviePreprocessor(plot=preprocessor.plot)
    with pytest.raises(ValueError, match="prepares no posters; received PosterAugmentation"):
        sample_dataset.load("train", plots_alone, augmentation=PosterAugmentation())


def test_model_learns_from_augmented_posters(sample_dataset):
    preprocessor = MoviePreprocessor.from_preset("cnn64")
    model = GenreClassifier.from_preset("cnn64", sample_dataset.vocabulary)
    model.compile()
    batches = sample_dataset.load(
        "train", preprocessor, 16, augmentation=PosterAugmentation(), cache=True
    )
    losses = model.fit(batches, epochs=4, verbose=0).history["loss"]
    assert losses[-1] < 0.9 * losses[0]
