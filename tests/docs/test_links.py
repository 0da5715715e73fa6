"""Links of the documentation lead to what is there."""

import re
from pathlib import Path

import pytest

from tests.docs.markdown import DOCUMENTS, ROOT, anchors, code_spans, links, prose

every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
# Folders of the repository; a code span that begins with one of them is a path.
FOLDERS = ("ingest_service/", "cli/", "tests/", "docs/", "deploy/", "benchmarks/", ".github/")
NAME = re.compile(r"`[A-Za-z_]\w*(\.[A-Za-z_]\w*)?`")


@every_document
def test_every_link_leads_to_a_file_and_a_heading_that_exist(path: Path) -> None:
    assert [target for _, target in links(path) if not leads_somewhere(path, target)] == []


@every_document
def test_every_path_in_the_text_exists(path: Path) -> None:
    named = [span for span in code_spans(prose(path)) if span.startswith(FOLDERS) and "<" not in span]
    assert [name for name in named if not any(ROOT.glob(name.rstrip("/")))] == []


@every_document
def test_every_name_that_links_to_a_module_is_defined_there(path: Path) -> None:
    named = [(text[1:-1], path.parent / target) for text, target in links(path) if NAME.fullmatch(text)]
    undefined = [
        (name, str(module)) for name, module in named if module.suffix == ".py" and not defines(module, name)
    ]
    assert undefined == []


def leads_somewhere(path: Path, target: str) -> bool:
    name, _, anchor = target.partition("#")
    found = path.parent / name if name else path
    return found.exists() and (not anchor or anchor in anchors(found))


def defines(module: Path, name: str) -> bool:
    """Return whether a module defines every part of a dotted name; one that is missing is found by its link."""
    if not module.exists():
        return True
    source = module.read_text()
    found = (rf"\b(?:def|class) {part}\b|^\s*{part}\b.*=" for part in name.split("."))
    return all(re.search(pattern, source, re.MULTILINE) for pattern in found)
