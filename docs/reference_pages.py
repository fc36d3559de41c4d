"""MkDocs hook: one reference page for each room, from the public names of its `__init__`.

The names and the modules that hold them are read from the source, so building needs no TensorFlow.
"""

import ast
from pathlib import Path

import griffe
from mkdocs.structure.files import File

_PACKAGE = Path(__file__).parent.parent / "keras_genre"
# Rooms in the order of the road; others follow.
_ROAD = (
    "genres", "features", "catalog", "data", "preprocessing", "presets", "models", "layers",
    "losses", "metrics", "runs", "training", "scoring", "evaluation", "baselines", "studies",
    "export", "client", "server", "demo",
)  # fmt: skip


def on_config(config):
    """List the pages under the last heading of the navigation."""
    pages = [{room: f"reference/{room}.md"} for room in rooms()]
    config.nav[-1] = {"Reference": ["reference/index.md", *pages]}
    return config


def on_files(files, config):
    """Add the pages."""
    for room in rooms():
        files.append(File.generated(config, f"reference/{room}.md", content=_room_page(room)))
    files.append(File.generated(config, "reference/index.md", content=_front_page()))
    return files


def rooms() -> list[str]:
    """The rooms that `keras_genre` itself offers."""
    homes = public_names(_PACKAGE / "__init__.py", "keras_genre")
    offered = [name for name, home in homes.items() if home == f"keras_genre.{name}"]
    return sorted(offered, key=lambda room: _ROAD.index(room) if room in _ROAD else len(_ROAD))


def public_names(init: Path, package: str) -> dict[str, str]:
    """From each public name of an `__init__.py` to the module that holds it."""
    homes, public = {}, None
    for node in ast.parse(init.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            homes |= {alias.name: node.module for alias in node.names}
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if node.targets[0].id == "_HOMES":
                found = ast.literal_eval(node.value)
                homes |= {name: f"{package}.{home}" for name, home in found.items()}
            elif node.targets[0].id == "__all__" and isinstance(node.value, ast.List):
                public = ast.literal_eval(node.value)
    homes.pop("lazy_names", None)
    return {name: homes[name] for name in public or homes}


def _front_page() -> str:
    homes = public_names(_PACKAGE / "__init__.py", "keras_genre")
    listed = "\n".join(f"| [`kg.{room}`]({room}.md) | {_about(room)} |" for room in rooms())
    short = "\n".join(
        f"| [`kg.{name}`]({home.split('.')[1]}.md) | `{home}` |"
        for name, home in homes.items()
        if home != f"keras_genre.{name}"
    )
    return (
        "# Reference\n\nWritten from the docstrings. `import keras_genre as kg` imports nothing "
        "heavy: a name is looked up when it is used.\n\n## Rooms\n\n| room | what it is for |\n"
        f"|---|---|\n{listed}\n\n## Short names\n\n| name | its room |\n|---|---|\n{short}\n"
    )


def _room_page(room: str) -> str:
    package = f"keras_genre.{room}"
    if not (_PACKAGE / room).is_dir():
        return f"# {package}\n\n::: {package}\n    options:\n      show_root_heading: false\n"
    parts = [f"# {package}\n\n{_docstring(room)}\n"]
    for name, home in public_names(_PACKAGE / room / "__init__.py", package).items():
        parts.append(f"::: {home}.{name}\n    options:\n      heading: {name}\n")
    return "\n".join(parts)


def _about(room: str) -> str:
    return _docstring(room).partition("\n")[0]


def _docstring(room: str) -> str:
    folder = _PACKAGE / room
    path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


class ExampleSections(griffe.Extension):
    """Reads this project's `Example:` as the section that Google's style calls `Examples:`."""

    def on_instance(self, *, obj, **_):
        """Rename the heading in one docstring."""
        if obj.docstring:
            obj.docstring.value = obj.docstring.value.replace("\nExample:\n", "\nExamples:\n")
