"""MkDocs hook: what a page links to outside of `docs/` is named, as the site does not hold it."""

import re

_OUTSIDE = re.compile(r"\[([^\]]*)\]\(\.\./([^)]*)\)")


def on_page_markdown(markdown, **_):
    """Write `[the runbook](../serving/README.md)` as the path alone, or with it in brackets."""
    return _OUTSIDE.sub(_named, markdown)


def _named(link):
    text, path = link.groups()
    return f"`{path}`" if text in path else f"{text} (`{path}`)"
