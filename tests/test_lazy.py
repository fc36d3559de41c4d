import gc

import pytest

from keras_genre.lazy import without_collection


@pytest.fixture(autouse=True)
def collecting():
    gc.enable()
    yield
    gc.enable()


def test_collection_is_off_meanwhile_and_on_again_whatever_happens():
    with without_collection():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ImportError), without_collection():
        import keras_genre.no_such_module  # noqa: F401
    assert gc.isenabled()


def test_collection_that_was_off_before_stays_off():
    gc.disable()
    with without_collection():
        assert not gc.isenabled()
    assert not gc.isenabled()
