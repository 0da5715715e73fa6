"""The table of what the tests of faults measured."""

import json
from pathlib import Path

import pytest

from tests.faults.figures import BEGIN, END, Figure, Figures, with_table

KILLS = Figure("kill -9", "20 kills", "0 lost", "tests/faults/test_kills.py")
FULL = Figure("disk full", "at 90 writes", "0 lost", "tests/faults/test_full_disk.py")
PAGE = f"before\n\n{BEGIN}\nold\n{END}\n\nafter\n"


def saved(kept: Path, page: Path, *rows: Figure) -> list[str]:
    figures = Figures()
    for row in rows:
        figures.add(row)
    figures.save(kept, page)
    return [row["fault"] for row in json.loads(kept.read_text())]


def test_the_table_takes_the_place_of_the_one_before_and_leaves_the_rest() -> None:
    text = with_table(PAGE, [FULL])
    assert "| disk full | at 90 writes | 0 lost | [full disk](../tests/faults/test_full_disk.py) |" in text
    assert "old" not in text
    assert text.startswith("before\n\n")
    assert text.endswith("\n\nafter\n")
    assert with_table(text, [FULL]) == text


def test_a_page_without_its_comments_is_refused() -> None:
    with pytest.raises(ValueError, match=f"the page has no lines {BEGIN} and {END}"):
        with_table("before\n", [FULL])


def test_rows_that_were_not_measured_again_are_kept(tmp_path: Path) -> None:
    kept, page = tmp_path / "kept.json", tmp_path / "page.md"
    page.write_text(PAGE)
    assert saved(kept, page, KILLS, FULL) == ["kill -9", "disk full"]
    again = Figure("kill -9", "30 kills", "0 lost", KILLS.test)
    assert saved(kept, page, again) == ["kill -9", "disk full"]
    assert "30 kills" in page.read_text()
    assert "at 90 writes" in page.read_text()
    assert "20 kills" not in page.read_text()


def test_a_fault_has_one_row_in_a_run(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    assert saved(tmp_path / "kept.json", page, KILLS, FULL, KILLS) == ["disk full", "kill -9"]


def test_a_run_without_figures_writes_nothing(tmp_path: Path) -> None:
    kept, page = tmp_path / "kept.json", tmp_path / "page.md"
    page.write_text(PAGE)
    Figures().save(kept, page)
    assert not kept.exists()
    assert page.read_text() == PAGE
