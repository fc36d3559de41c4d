"""Names that are imported when they are used (PEP 562), and imported fast."""

import contextlib
import gc
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping

__all__ = ["lazy_names", "without_collection"]


def lazy_names(package: str, homes: Mapping[str, str]) -> tuple[Callable, Callable]:
    """Make `__getattr__` and `__dir__` of a package whose names are imported on first use.

    Args:
        package: `__name__` of the package.
        homes: From each public name to the module of the package that holds it; a name that is
            its own home is a module.

    Example:
        >>> __getattr__, __dir__ = lazy_names("keras_genre", {"genres": "genres"})
        >>> __getattr__("genres").__name__
        'keras_genre.genres'
    """

    def getattr_(name: str):
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        with without_collection():
            module = importlib.import_module(f"{package}.{homes[name]}")
        return module if homes[name] == name else getattr(module, name)

    def dir_() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes})

    return getattr_, dir_


@contextlib.contextmanager
def without_collection() -> Iterator[None]:
    """Import large packages without a search for garbage among them.

    Their hundreds of thousands of objects come to stay, and Python would look through them again
    and again: a third of the time that TensorFlow's import takes.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
