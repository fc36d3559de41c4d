"""Names that are imported when they are used (PEP 562)."""

import importlib
import sys
from collections.abc import Callable, Mapping

__all__ = ["lazy_names"]


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
        module = importlib.import_module(f"{package}.{homes[name]}")
        return module if homes[name] == name else getattr(module, name)

    def dir_() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes})

    return getattr_, dir_
