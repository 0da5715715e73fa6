from pathlib import Path

import pytest

from benchmarks.__main__ import run
from benchmarks.figure import Figure
from benchmarks.found import Found
from benchmarks.machine import Machine
from benchmarks.report import MARK

MACHINE = Machine("Linux", 2, "3.11.7", 0.16)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "performance.md").write_text(MARK)
    return tmp_path


def found(module: str) -> Found:
    return Found((Figure(f"what {module} does", "", 1.0),))


def page(docs: Path) -> str:
    return (docs / "performance.md").read_text()


def test_what_benchmarks_find_is_on_the_page(docs: Path) -> None:
    assert run(["cli", "backlog"], found, MACHINE, docs) == []
    assert "what benchmarks.cli does" in page(docs)
    assert "what benchmarks.backlog does" in page(docs)


def test_the_figures_of_those_that_do_not_run_stay(docs: Path) -> None:
    run(["cli"], found, MACHINE, docs)
    run(["backlog"], found, MACHINE, docs)
    assert "what benchmarks.cli does" in page(docs)


def test_one_that_fails_is_named_and_the_others_run_and_its_old_figures_stay(docs: Path) -> None:
    run(["cli"], found, MACHINE, docs)
    failing = {"benchmarks.cli": None, "benchmarks.backlog": Found((Figure("a heap", "", 1.0),))}
    assert run(["cli", "backlog"], failing.__getitem__, MACHINE, docs) == ["cli"]
    assert "what benchmarks.cli does" in page(docs)
    assert "a heap" in page(docs)


def test_the_page_is_the_same_in_whichever_order_they_ran(docs: Path) -> None:
    run(["cli", "backlog"], found, MACHINE, docs)
    before = page(docs), (docs / "performance.json").read_text()
    run(["backlog", "cli"], found, MACHINE, docs)
    assert (page(docs), (docs / "performance.json").read_text()) == before
