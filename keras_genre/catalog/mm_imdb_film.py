"""One film of MM-IMDb's raw folder: a JSON file in which any key can be missing."""

import json
from pathlib import Path

from keras_genre.errors import CatalogError

_CREW = ("director", "cast", "writer")


def read_film(path: Path) -> dict:
    """Read the JSON file of a film.

    Args:
        path: `<imdb id>.json`.

    Returns:
        `title`, `plot` (the longest), `year` (or None), `genres` and `crew` (tuples of names,
        none twice, in the order of the file). Half a character becomes a question mark.

    Raises:
        CatalogError: If it is no JSON object, or a field is of a kind that tells nothing. The
            message names the file and the field.
    """
    content = load_json(path)
    if not isinstance(content, dict):
        raise CatalogError(
            f"{path}: expected a JSON object with the fields of a film, "
            f"received {type(content).__name__}."
        )
    plots = _texts(content, "plot", path)
    return {
        "title": next(iter(_texts(content, "title", path)), ""),
        "plot": max(plots, key=len, default=""),
        "year": _year(content.get("year")),
        "genres": _unique(_texts(content, "genres", path)),
        "crew": _unique(name for role in _CREW for name in _people(content, role, path)),
    }


def load_json(path: Path):
    """Read a JSON file in UTF-8.

    Raises:
        CatalogError: If it cannot be read. The message names the file.
    """
    try:
        return json.loads(path.read_bytes())
    except OSError as cause:
        raise CatalogError(f"{path} cannot be read: {cause.strerror or cause}.") from cause
    except (ValueError, RecursionError) as cause:
        raise CatalogError(
            f"{path} is no readable JSON ({cause}). Expected it as the archive holds it; "
            "unpack it anew."
        ) from cause


def _texts(content: dict, field: str, path: Path) -> list[str]:
    """Return a field that holds a text or a list of texts; missing ones are no texts at all."""
    values = _as_list(content.get(field))
    for value in values:
        if not isinstance(value, str):
            raise _wrong_field(path, field, "a text, or a list of texts", value)
    return [text for text in (_whole(value).strip() for value in values) if text]


def _people(content: dict, role: str, path: Path) -> list[str]:
    """Return the names of one part of the crew, given as texts or as objects with a name."""
    names = []
    for person in _as_list(content.get(role)):
        name = person.get("name", "") if isinstance(person, dict) else person
        if not isinstance(name, str):
            raise _wrong_field(path, role, "names, or objects with a name", person)
        names.append(_whole(name).strip())
    return [name for name in names if name]


def _whole(text: str) -> str:
    """Replace halves of characters, which JSON can express and no file can hold."""
    return text.encode("utf-8", errors="replace").decode()


def _as_list(value) -> list:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _year(value) -> int | None:
    """Return a year from 1 to 9999, given as a number or a text; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 4:
        value = int(value)
    is_year = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 9999
    return value if is_year else None


def _unique(names) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _wrong_field(path: Path, field: str, expected: str, received) -> CatalogError:
    return CatalogError(f"{path}, {field!r}: expected {expected}; received {received!r:.80}.")
