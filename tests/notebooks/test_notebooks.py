"""Every notebook runs from top to bottom, and what is saved in it is what its code gives."""

import re
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
SMALL = {
    "01_explore": {"FILMS": 200},
    "02_baselines": {"FILMS": 200},
    "03_fusion": {"FILMS": 200, "EPOCHS": 1},
    "04_serve": {"FILMS": 200, "EPOCHS": 1},
}
LEFT_BEHIND = {"01_explore", "02_baselines", "03_fusion"}  # the last one tidies up
LEARNS = ("kg.train(", "make_tfidf(")
# Paths of POSIX (two parts at least) and of Windows, not those inside of addresses.
ABSOLUTE_PATH = re.compile(r"(?<![\w.:/<])/\w[\w.-]*/\w|\b[A-Z]:\\")


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def saved(request):
    """A notebook as committed, and its name."""
    return nbformat.read(request.param, as_version=4), request.param.stem


@pytest.fixture
def tool(monkeypatch):
    """The module that executes notebooks; it lies beside them."""
    monkeypatch.syspath_prepend(FOLDER)
    import execute

    return execute


@pytest.fixture
def run(tool, tmp_path, monkeypatch):
    """Execute a notebook in an empty folder, and give that folder."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))  # not the home of who tests

    def run(notebook):
        working_folder = tmp_path / "work"
        working_folder.mkdir()
        tool.execute(notebook, working_folder)
        return working_folder

    return run


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(cells):
    return [output for cell in cells for output in cell.outputs]


def shown(cells, kind):
    """What cells show of a kind, "text" or "image"; printed text counts as "text"."""
    found = []
    for output in outputs(cells):
        content = {"text/printed": output.get("text", ""), **output.get("data", {})}
        found += [content[name] for name in sorted(content) if name.startswith(f"{kind}/")]
    return found


def check_run(notebook):
    """Check what holds of every executed notebook, committed or not."""
    cells = code_cells(notebook)
    counts = [cell.execution_count for cell in cells]
    assert counts == list(range(1, len(counts) + 1))
    assert [output for output in outputs(cells) if output.output_type == "error"] == []
    assert [output for output in outputs(cells) if output.get("name") == "stderr"] == []
    assert shown(cells, "image")
    assert [text for text in shown(cells, "text") if ABSOLUTE_PATH.search(text)] == []


def test_committed_notebook_was_run_in_order_without_error_or_noise(saved):
    notebook, _ = saved
    nbformat.validate(notebook)
    check_run(notebook)


def test_committed_notebook_outputs_are_those_of_its_code(saved, tool):
    notebook, _ = saved
    assert notebook.metadata.get("code_sha256") == tool.code_hash(notebook), "run `make notebooks`"


def test_committed_notebook_is_small_enough_to_be_shown():
    assert [path.name for path in NOTEBOOKS if path.stat().st_size > 700_000] == []


def test_notebook_on_few_films_runs_and_draws_every_picture(saved, tool, run):
    notebook, name = saved
    small = tool.with_parameters(notebook, **SMALL[name])
    working_folder = run(small)
    check_run(small)
    assert len(shown(code_cells(small), "image")) == len(shown(code_cells(notebook), "image"))
    left = [path.name for path in working_folder.iterdir()]
    assert left == ([f"{name}_output"] if name in LEFT_BEHIND else [])


def test_notebook_of_films_of_ones_own_runs_by_changing_one_line(tool, run, sample_csv):
    notebook = nbformat.read(FOLDER / "01_explore.ipynb", as_version=4)
    own = nbformat.from_dict(notebook)
    (cell,) = (cell for cell in own.cells if "parameters" in cell.metadata.get("tags", ()))
    cell.source = cell.source.replace("SOURCE = None", f"SOURCE = {str(Path(sample_csv).parent)!r}")
    run(own)
    check_run(own)
    assert any("MovieCatalog(120 films" in text for text in shown(code_cells(own), "text"))


def test_notebooks_use_public_names_alone_and_have_the_same_line_to_change():
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        code = "\n".join(cell.source for cell in code_cells(notebook))
        assert re.findall(r"^.*(?:import|from) keras_genre.*$", code, re.MULTILINE) == [
            "import keras_genre as kg"
        ]
        assert code.count("\nSOURCE = None\n") + code.startswith("SOURCE = None\n") == 1


@pytest.mark.slow
def test_notebook_in_full_size_shows_the_committed_words_until_training(saved, tool, run):
    notebook, _ = saved
    again = nbformat.from_dict(notebook)
    run(again)
    check_run(again)
    learns = [any(call in cell.source for call in LEARNS) for cell in code_cells(notebook)]
    learns.append(True)
    before = slice(0, learns.index(True))  # from there on, machines differ in rounding
    assert shown(code_cells(again)[before], "text") == shown(code_cells(notebook)[before], "text")


@pytest.mark.parametrize(
    "text", ["/home/me/films", "read /tmp/x1/data.", "'/var/lib'", r"C:\films", "(/srv/films)"]
)
def test_absolute_path_in_a_text_is_found(text):
    assert ABSOLUTE_PATH.search(text)


@pytest.mark.parametrize("text", ["01_explore_output/films", "0.5/1", "</div>", "http://a.org/b/c"])
def test_text_without_absolute_path_is_left_alone(text):
    assert not ABSOLUTE_PATH.search(text)


def test_parameters_of_unknown_name_raise_value_error(tool):
    notebook = nbformat.read(NOTEBOOKS[0], as_version=4)
    with pytest.raises(ValueError, match="Expected `ROBOTS = <number>` in the parameters"):
        tool.with_parameters(notebook, ROBOTS=3)
