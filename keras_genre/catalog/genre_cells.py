"""The genres of one film in one cell: how people write them, and how we do."""

import ast
import json
import re
from collections.abc import Iterable

# What programs write into a cell where a film has no genres; the last is MovieLens's.
_NOTHING = {"", "nan", "none", "null", "na", "n/a", "<na>", "\\n", "(no genres listed)"}
_LIST_BEGINS = ("[", "(", "{")
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", re.DOTALL)


def parse_genres(cell: str) -> tuple[tuple[str, ...], str]:
    """Read the genres of a cell, in whatever way people write them.

    Args:
        cell: `A|B`, `A;B`, `A, B`, or a JSON, Python or NumPy list of names (or of
            `{"name": ...}`). Empty, or what programs write for nothing ("nan", "None").

    Returns:
        The names, stripped, none twice; and how they are written (empty for none).

    Raises:
        ValueError: If a list cannot be read, or holds what is no name.
    """
    cell = cell.strip()
    if cell.casefold() in _NOTHING:
        return (), ""
    if cell.startswith(_LIST_BEGINS):
        names, notation = _parse_list(cell)
    else:
        separator = next((mark for mark in "|;," if mark in cell), None)
        names = cell.split(separator) if separator else [cell]
        notation = {"|": "A|B", ";": "A;B", ",": "A, B", None: "one name"}[separator]
    # Stripped and unique: " Drama" is "Drama", or a model would learn a genre's place in the list.
    names = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
    return names, notation if names else ""


def join_names(names: Iterable[str]) -> str:
    """Write names as one cell: `A|B` for people, or a JSON list where that could be misread."""
    names = tuple(names)
    joined = "|".join(names)
    plain = not joined.strip().startswith(_LIST_BEGINS) and split_names(joined) == names
    # Whoever reads the file as one of any origin is to find the same genres.
    if plain and parse_genres(joined)[0] == names:
        return joined
    return json.dumps(names, ensure_ascii=False)


def split_names(cell: str) -> tuple[str, ...]:
    """Read what `join_names` wrote, exactly.

    Raises:
        ValueError: If a JSON list cannot be read, or holds what is no name.
    """
    if not cell.startswith("["):
        return tuple(cell.split("|")) if cell else ()
    names = json.loads(cell)
    if not all(isinstance(name, str) for name in names):
        raise ValueError(f"not all of {cell[:80]!r} are names")
    return tuple(names)


def _parse_list(cell: str) -> tuple[list[str], str]:
    items, notation = _read_list(cell)
    items = [items] if isinstance(items, dict | str) else items
    names = [item.get("name") if isinstance(item, dict) else item for item in items]
    if not all(isinstance(name, str) for name in names):
        raise ValueError(f"genres without a name in {cell[:80]!r}")
    with_names = any(isinstance(item, dict) for item in items)
    return names, notation + " of objects" if with_names else notation


def _read_list(cell: str):
    try:
        return json.loads(cell), "JSON list"
    except (ValueError, RecursionError):
        pass
    try:
        if re.search(r"q\s*q", _QUOTED.sub("q", cell)):
            return _read_numpy_list(cell), "NumPy list"
        items = ast.literal_eval(cell)
        iter(items)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as cause:
        raise ValueError(f"cannot read the genres {cell[:80]!r} as a list") from cause
    return items, "Python list"


def _read_numpy_list(cell: str) -> list[str]:
    """NumPy puts spaces alone between names, which Python would read as one long name."""
    if re.fullmatch(r"\[\s*q(\s+q)*\s*\]", _QUOTED.sub("q", cell)) is None:
        raise ValueError("a comma is missing")
    return [ast.literal_eval(name) for name in _QUOTED.findall(cell)]
