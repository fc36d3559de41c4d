import subprocess
import sys

import pytest

import keras_genre

HEAVY = ("tensorflow", "keras", "pandas", "sklearn", "matplotlib", "jax", "PIL", "grpc")


@pytest.mark.parametrize(
    "module", ["keras_genre", "keras_genre.presets", "keras_genre.errors", "keras_genre.cli.main"]
)
def test_import_of_a_light_module_imports_nothing_heavy(module):
    code = f"import sys, {module}; print(*(name for name in {HEAVY} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", keras_genre.__all__)
def test_public_name_when_looked_up_resolves(name):
    found = getattr(keras_genre, name)
    assert found.__name__.rpartition(".")[2] == name
    assert found.__doc__
    assert name in dir(keras_genre)


def test_public_name_that_is_not_there_raises_attribute_error():
    with pytest.raises(AttributeError, match="'keras_genre' has no attribute 'nothing'"):
        keras_genre.nothing  # noqa: B018
