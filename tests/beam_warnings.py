"""Warnings of Apache Beam and of what it imports, which are not ours to mend."""

import pytest

BEAM_WARNINGS = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:apache_beam"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
