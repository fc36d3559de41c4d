"""What a saved catalogue says about itself, beside its films: format, genres and notes."""

from collections.abc import Sequence
from pathlib import Path

from keras_genre.errors import CatalogError
from keras_genre.genres import GenreVocabulary

_FORMAT_VERSION = 1


def about_catalog(vocabulary: GenreVocabulary, notes: Sequence[str]) -> dict:
    """Return what to write."""
    return {"format_version": _FORMAT_VERSION, "genres": list(vocabulary), "notes": list(notes)}


def checked_about(about, source: str | Path) -> dict:
    """Return what was read from `source`, if this version can read it.

    Raises:
        CatalogError: If it is something else. The message names file and field.
    """
    if not isinstance(about, dict):
        raise CatalogError(f"{source}, field 'keras_genre': expected an object, found {about!r}.")
    version = about.get("format_version")
    if isinstance(version, int) and version > _FORMAT_VERSION:
        raise CatalogError(
            f"{source} has format version {version}; this keras_genre reads up to "
            f"{_FORMAT_VERSION}. Upgrade keras_genre, or save the catalogue anew with this one."
        )
    if version != _FORMAT_VERSION:
        raise CatalogError(
            f"{source}, field 'format_version': expected {_FORMAT_VERSION}, found {version!r}."
        )
    for field in ("genres", "notes"):
        names = about.get(field)
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise CatalogError(f"{source}, field {field!r}: expected texts, found {names!r}.")
    return about
