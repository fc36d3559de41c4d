"""The documentation builds without a warning, and its pages ask nobody else for anything."""

import os
import re
import subprocess
import sys

import pytest
from page_blocks import ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        check=True,
    )
    return folder


def test_site_is_built_without_warnings_and_has_the_reference(site):
    reference = (site / "reference" / "catalog.html").read_text(encoding="utf-8")
    assert 'id="keras_genre.catalog.cleaning.clean"' in reference
    assert "Of films that stand twice one stays" in reference


def test_pages_of_the_site_load_nothing_from_elsewhere(site):
    loading = re.compile(r'(?:\bsrc|<link[^>]*\bhref)="?(https?:|//)')
    pages = list(site.rglob("*.html"))
    assert len(pages) > 30
    assert [page.name for page in pages if loading.search(page.read_text("utf-8"))] == []
