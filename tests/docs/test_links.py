"""Links of the documentation lead to what is there."""

import re
from pathlib import Path

import pytest

from tests.docs.markdown import DOCUMENTS, ROOT, anchors, code_spans, links

every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
# Folders of the repository; a code span that begins with one of them is a path.
FOLDERS = ("ingest_service/", "cli/", "tests/", "docs/", "deploy/", "benchmarks/", ".github/")


@every_document
def test_every_link_leads_to_a_file_and_a_heading_that_exist(path: Path) -> None:
    for _, target in links(path):
        name, _, anchor = target.partition("#")
        found = path.parent / name if name else path
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), target


@every_document
def test_every_path_in_the_text_exists(path: Path) -> None:
    named = [span for span in code_spans(path.read_text()) if span.startswith(FOLDERS) and "<" not in span]
    missing = [name for name in named if not any(ROOT.glob(name.rstrip("/").partition("::")[0]))]
    assert missing == []


@every_document
def test_every_name_that_links_to_a_module_is_defined_there(path: Path) -> None:
    for text, target in links(path):
        if target.endswith(".py") and re.fullmatch(r"`[A-Za-z_][\w.]*`", text) and not text.endswith(".py`"):
            source = (path.parent / target).read_text()
            undefined = [name for name in text.strip("`").split(".") if not is_defined(name, source)]
            assert undefined == [], (text, target)


def is_defined(name: str, source: str) -> bool:
    return re.search(rf"\b(?:def|class) {name}\b|^\s*(?:self\.)?{name}\b.*[:=]", source, re.MULTILINE) is not None
