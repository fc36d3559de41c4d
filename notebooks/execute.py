"""Runs the notebooks of this folder from top to bottom, and keeps what they print and draw.

    make notebooks

What comes out names no machine, path or time, so that only changes of substance show up in a diff.
"""

import hashlib
import re
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def execute(notebook: nbformat.NotebookNode, folder: str | Path) -> None:
    """Run a notebook in a fresh kernel whose working directory is `folder`; outputs go into it."""
    client = NotebookClient(
        notebook,
        timeout=900,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        # What TensorFlow's C++ says when it starts goes to the terminal, not into the notebook.
        extra_arguments=["--IPKernelApp.capture_fd_output=False"],
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    notebook.metadata = nbformat.from_dict({**_METADATA, "code_sha256": code_hash(notebook)})
    nbformat.validate(notebook)


def with_parameters(notebook: nbformat.NotebookNode, **values: int) -> nbformat.NotebookNode:
    """Return a copy with other numbers in the cell that is tagged `parameters`.

    Raises:
        ValueError: If that cell does not set one of the names to a number.
    """
    notebook = nbformat.from_dict(notebook)
    (cell,) = (cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ()))
    for name, value in values.items():
        cell.source, found = re.subn(
            rf"^{name} = \d+", f"{name} = {value}", cell.source, flags=re.MULTILINE
        )
        if not found:
            raise ValueError(f"Expected `{name} = <number>` in the parameters:\n{cell.source}")
    return notebook


def code_hash(notebook: nbformat.NotebookNode) -> str:
    """Return the SHA-256 of all code: kept with the outputs, it tells whether they still fit."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256("\0".join(code).encode()).hexdigest()


def main() -> None:
    """Execute every notebook and write it back."""
    for path in sorted(Path(__file__).parent.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        with tempfile.TemporaryDirectory() as folder:
            execute(notebook, folder)
        nbformat.write(notebook, path)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
