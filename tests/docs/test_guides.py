"""Every shell and Python block of the README and the guides runs as it stands."""

import re
import textwrap
import tomllib

import pytest
from page_blocks import PAGES, ROOT, blocks_of
from page_reader import Reader

from keras_genre.catalog.cleaning import RULES
from keras_genre.models.fusion_heads import FUSION_HEADS

# Why a block may be left out; a page that has another reason has to say it here too.
REASONS = {
    "needs the weights of MiniLM and MobileNet",
    "needs Docker",
    "needs a TMDB token",
    "needs PyTorch",
    "needs a bucket",
    "needs a cluster",
    "needs several machines",
    "needs a process of its own on JAX",
    "installs TensorFlow",
    "installs with pip",
    "downloads 8.1 GB",
    "hours on MM-IMDb",
    "days on a CPU",
    "until it is stopped",
    "certificates of your own",
}


def _id(page):
    return page.stem


def _read(page, give, slow):
    with Reader() as reader:
        for block in blocks_of(page):
            for name in block.given:
                give(name)
            left_out = block.not_run or (block.slow and not slow)
            if block.language in ("python", "bash") and not left_out:
                reader.run(page, block)


@pytest.fixture
def reader(tmp_path, monkeypatch):
    """Somebody in an empty folder, whose fusion heads nobody after them has."""
    monkeypatch.chdir(tmp_path)
    heads = dict(FUSION_HEADS)
    yield
    FUSION_HEADS.clear()
    FUSION_HEADS.update(heads)


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_blocks_of_a_page_run(page, give):
    _read(page, give, slow=False)


@pytest.mark.slow
@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("page", [p for p in PAGES if any(b.slow for b in blocks_of(p))], ids=_id)
def test_slow_blocks_of_a_page_run_too(page, give):
    _read(page, give, slow=True)


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_blocks_of_a_page_say_their_language_and_why_they_are_not_run(page):
    for block in blocks_of(page):
        where = f"{page.name}, line {block.line}"
        assert block.language in ("python", "bash", "text"), where
        assert not block.not_run or block.not_run in REASONS, where
    prose = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    hidden = re.findall(
        r"^ {4,}(?:keras-genre|pip|curl|docker|make|python|import|with) .*", prose, re.M
    )
    assert hidden == [], "commands in an indented block, which no test runs: use ```bash"


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_links_of_a_page_lead_to_files(page):
    links = re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text(encoding="utf-8"))
    made = [link for link in links if link.startswith("reference/")]  # when the site is built
    assert [link for link in set(links) - set(made) if not (page.parent / link).exists()] == []


def test_error_messages_of_the_page_are_those_of_the_source():
    page = (ROOT / "docs" / "error_messages.md").read_text(encoding="utf-8")
    source = "".join(p.read_text("utf-8") for p in sorted((ROOT / "keras_genre").rglob("*.py")))
    source = re.sub(r'"\n\s*f?"', "", source)  # a message over several lines
    said = re.findall(r"^\| `(.*?)` \|", page, re.MULTILINE)
    assert len(said) > 30
    assert [message for message in said if message not in source] == []


def test_tree_of_the_error_page_is_that_of_the_source():
    page = (ROOT / "docs" / "error_messages.md").read_text(encoding="utf-8")
    source = (ROOT / "keras_genre" / "errors.py").read_text(encoding="utf-8")
    tree = re.search(r"\n\n((?: {4}.*\n)+)", source).group(1)
    assert tree.count("Error ") >= 12
    assert textwrap.dedent(tree) in page


def test_rules_of_the_data_guide_are_those_of_clean():
    guide = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", guide, re.MULTILINE)) == RULES


def test_floors_of_the_architecture_page_are_those_that_are_checked():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    floors = [layer.strip("()") for layer in contracts["contracts"][0]["layers"]]
    assert "\n".join(floors) in (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
