"""Code blocks of the README and the guides, and what their pages say about them.

In the markdown, comments that no reader sees speak of the blocks that follow:

    <!-- given: movies.csv, runs/lstm -->    what the reader has by now; the tests put it there
    <!-- not run: needs Docker -->           the next block is not run, for this reason
    <!-- run slowly -->                      the next block is run by `make test-all` alone
"""

import dataclasses
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_PARTS = re.compile(
    r"<!-- (?P<mark>given|not run|run slowly)(?:: (?P<about>.*?))? -->"
    r"|^```(?P<language>\w*)\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclasses.dataclass(frozen=True)
class Block:
    """A code block, what is given before it, and whether and why it is not run at once."""

    language: str
    code: str
    line: int
    given: tuple[str, ...] = ()
    not_run: str = ""
    slow: bool = False


def blocks_of(page: Path) -> list[Block]:
    """The code blocks of a page, in their order."""
    text = page.read_text(encoding="utf-8")
    blocks, marks = [], {}
    for part in _PARTS.finditer(text):
        if part["mark"]:
            marks.setdefault(part["mark"], []).append(part["about"] or "")
            continue
        blocks.append(
            Block(
                part["language"],
                part["code"],
                text.count("\n", 0, part.start()) + 1,
                tuple(re.split(r"[,\s]+", " ".join(marks["given"]))) if "given" in marks else (),
                "".join(marks.get("not run", ())),
                "run slowly" in marks,
            )
        )
        marks = {}
    return blocks
