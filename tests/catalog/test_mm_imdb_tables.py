import pytest

from keras_genre.catalog.mm_imdb_tables import open_hdf5
from keras_genre.errors import CatalogError


def test_open_hdf5_of_another_kind_of_file_says_to_download_it_again(tmp_path):
    path = tmp_path / "multimodal_imdb.hdf5"
    path.write_bytes(b"Rate limited\n")
    told = (
        r"multimodal_imdb\.hdf5 cannot be opened as HDF5: .* delete the file and download it again"
    )
    with pytest.raises(CatalogError, match=told), open_hdf5(path):
        pass
