"""The guarantees of docs/guarantees.md, and the tests that it names for each guarantee.

A guarantee is a section below "Guaranteed". A link of it to a file of tests names one test: its words are the name
of the test, without `test_` and with blanks.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.docs.markdown import ROOT, links_of, prose

GUARANTEES = ROOT / "docs" / "guarantees.md"
_GUARANTEED = re.compile(r"^## Guaranteed$(.*?)^## ", re.MULTILINE | re.DOTALL)
_SECTION = re.compile(r"^### (.+)$", re.MULTILINE)
_ITEM = re.compile(r"^(?=- |\d+\. )|\n\n|^(?=\|)", re.MULTILINE)
_PROMISE = re.compile(r"\b(never|always|guarantee[ds]?)\b")


@dataclass(frozen=True, order=True)
class Proof:
    """A test that proves a guarantee; `path` is that of its file in the repository."""

    guarantee: str
    path: str
    test: str

    @property
    def node_id(self) -> str:
        """Name of the test as pytest says it, without parameters."""
        return f"{self.path}::{self.test}"


@dataclass(frozen=True)
class Guarantee:
    """A section: its heading, and the tests that it names."""

    heading: str
    proofs: tuple[Proof, ...]


@cache
def guarantees() -> tuple[Guarantee, ...]:
    """Return all guarantees of the page."""
    return tuple(read_guarantees(prose(GUARANTEES)))


def read_guarantees(text: str) -> Iterator[Guarantee]:
    """Yield the guarantees of a page with this text."""
    found = _GUARANTEED.search(text)
    assert found, "there is no section of what is guaranteed, with another one behind it"
    _, *parts = _SECTION.split(found[1])
    for heading, section in zip(parts[::2], parts[1::2], strict=True):
        yield Guarantee(heading, tuple(_proofs(heading, section)))


def promises(text: str) -> Iterator[str]:
    """Yield the paragraphs, items and rows of a page with this text that promise something in plain words."""
    return (item for item in _ITEM.split(text) if _PROMISE.search(item) and not item.startswith("#"))


def is_proven(item: str) -> bool:
    """Return whether a part of a page leads to the guarantees, or to a test."""
    return any("guarantees.md" in target or _is_test(target) for _, target in links_of(item))


def every_proof() -> list[Proof]:
    """Return the proofs of all guarantees of the page."""
    return [proof for guarantee in guarantees() for proof in guarantee.proofs]


@cache
def marks_of(path: Path) -> dict[str, set[str]]:
    """Return the marks of pytest of every test in a file, those of the whole file too."""
    body = ast.parse(path.read_text()).body
    common = {mark for node in body if _is_pytestmark(node) for mark in _marks([node])}
    tests = [node for node in body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    return {test.name: common | set(_marks(test.decorator_list)) for test in tests}


def _proofs(heading: str, section: str) -> Iterator[Proof]:
    for words, target in links_of(section):
        if _is_test(target):
            path = (GUARANTEES.parent / target).resolve().relative_to(ROOT)
            yield Proof(heading, str(path), f"test_{'_'.join(words.lower().split())}")


def _is_test(target: str) -> bool:
    return "tests/" in target and Path(target).name.startswith("test_")


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
    )


def _marks(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names behind `mark.` in these nodes."""
    for node in (inner for outer in nodes for inner in ast.walk(outer)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "mark":
            yield node.attr
