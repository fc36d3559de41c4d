import numpy as np
import pytest

from keras_genre.preprocessing import MoviePreprocessor


@pytest.fixture(scope="module")
def preprocessor(sample_dataset):
    made = MoviePreprocessor.from_preset("concat_fusion_small")
    made.adapt(sample_dataset.plots("train"))
    return made


@pytest.mark.parametrize("options", [{}, {"cache": True}, {"balanced": True}, {"epoch": 2}])
def test_shares_of_a_batch_together_are_the_batch(sample_dataset, preprocessor, options):
    def ids(share):
        batches = sample_dataset.load(
            "train", preprocessor, 13, seed=3, with_ids=True, share=share, **options
        )
        return [[batch[-1].numpy().tolist() for batch in batches] for _ in range(2)]

    whole, parts = ids(None), [ids((number, 3)) for number in range(3)]
    for epoch in range(2):
        for batch, *shares in zip(whole[epoch], *(part[epoch] for part in parts), strict=True):
            assert [film for share in shares for film in share] == batch
            sizes = [len(share) for share in shares]
            assert max(sizes) - min(sizes) <= 1
    assert whole[0] != whole[1]


def test_share_has_tensors_and_labels_of_its_films_alone(sample_dataset, preprocessor):
    (whole,) = sample_dataset.load("validation", preprocessor, 18, bucketed=False)
    (share,) = sample_dataset.load("validation", preprocessor, 18, bucketed=False, share=(1, 2))
    np.testing.assert_array_equal(share[1], whole[1][9:])
    np.testing.assert_array_equal(share[0]["poster_image"], whole[0]["poster_image"][9:])


@pytest.mark.parametrize("share", [(2, 2), (-1, 2), (0, 14)])
def test_share_that_cannot_be_is_refused(sample_dataset, preprocessor, share):
    with pytest.raises(ValueError, match="share"):
        sample_dataset.load("train", preprocessor, 13, share=share)
