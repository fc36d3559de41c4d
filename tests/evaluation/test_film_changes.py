import numpy as np
import pytest
import tensorflow as tf

from keras_genre.evaluation.film_changes import cut_plots, exchange_posters, mistype_plots
from keras_genre.evaluation.plot_changes import first_words, mistyped


def _films(dataset, split, transform=lambda raw: raw, batch_size=32, **loading):
    """From movie id to plot and poster, as they come out of tf.data."""
    films = {}
    batches = dataset.load(split, transform, batch_size, with_ids=True, **loading)
    for raw, _, movie_ids in batches:
        pairs = zip(raw["plot"].numpy(), raw["poster"].numpy(), strict=True)
        films.update(zip((name.decode() for name in movie_ids.numpy()), pairs, strict=True))
    return films


def _changes(dataset):
    return {
        "cut": cut_plots(5),
        "typos": mistype_plots(0.5, seed=3),
        "posters": exchange_posters(dataset, "train", seed=3),
    }


@pytest.mark.parametrize("change", ["cut", "typos", "posters"])
def test_change_of_a_film_is_the_same_in_whatever_batch(sample_dataset, change):
    transform = _changes(sample_dataset)[change]
    once = _films(sample_dataset, "train", transform, 64, shuffle=False)
    again = _changes(sample_dataset)[change]
    assert _films(sample_dataset, "train", again, 7, shuffle=True, seed=1) == once
    assert once != _films(sample_dataset, "train")


def test_cut_and_mistyped_plots_are_those_of_the_text_functions(sample_dataset):
    before = _films(sample_dataset, "train")
    cut = _films(sample_dataset, "train", cut_plots(5))
    typos = _films(sample_dataset, "train", mistype_plots(0.5, seed=3))
    for movie_id, (plot, poster) in before.items():
        text = plot.decode()
        assert cut[movie_id] == (first_words(text, 5).encode(), poster)
        assert typos[movie_id] == (mistyped(text, 0.5, 3).encode(), poster)


def test_exchanged_posters_are_those_of_other_films_each_once(sample_dataset):
    before = _films(sample_dataset, "train")
    after = _films(sample_dataset, "train", exchange_posters(sample_dataset, "train", seed=3))
    posters = {movie_id: poster for movie_id, (_, poster) in before.items()}
    assert b"" in posters.values()  # the sample has films without a poster
    for movie_id, (plot, poster) in after.items():
        assert plot == before[movie_id][0]
        assert bool(poster) == bool(posters[movie_id])
        assert poster != posters[movie_id] or not poster
    assert sorted(poster for _, poster in after.values()) == sorted(posters.values())


def test_exchanged_posters_with_another_seed_are_others(sample_dataset):
    one, other = (
        _films(sample_dataset, "train", exchange_posters(sample_dataset, "train", seed))
        for seed in (0, 1)
    )
    assert one != other


def test_exchanged_posters_of_doubles_are_never_the_same_picture():
    class Doubles:
        def load(self, split, preprocessor, **loading):
            posters = tf.constant([b"one", b"one", b"two", b""])
            return [(preprocessor({"poster": posters}), None)]

    transform = exchange_posters(Doubles(), "train")
    changed = transform({"poster": tf.constant([b"one", b"two", b"", b"one"])})["poster"]
    np.testing.assert_array_equal(changed.numpy(), [b"two", b"one", b"", b"two"])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cut_plots(0), "num_words of at least 1, received 0"),
        (lambda: mistype_plots(1.5), "from 0 to 1, received 1.5"),
        (lambda: mistype_plots(0.1, seed=-1), "seed as a number of at least 0, received -1"),
    ],
)
def test_change_by_a_wrong_number_raises(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_exchange_of_a_single_poster_raises():
    class OnePoster:
        def load(self, split, preprocessor, **loading):
            return [(preprocessor({"poster": tf.constant([b"one", b""])}), None)]

    with pytest.raises(ValueError, match=r"two different posters in the test split .* found 1"):
        exchange_posters(OnePoster(), "test")
