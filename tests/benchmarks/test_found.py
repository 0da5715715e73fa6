from pathlib import Path

import pytest

from benchmarks.figure import Figure
from benchmarks.found import Findings, Found, load, measured, save
from benchmarks.machine import Machine

SAMPLES = "tests.benchmarks.samples"
FIRST = Figure("a slot", "a commit", 0.5, 0.4)


def test_what_was_found_is_there_for_the_next_run(tmp_path: Path) -> None:
    findings = {"cli": Found((FIRST,), "needs PostgreSQL")}
    save(Findings(Machine("Linux", 2, "3.11.7", 0.16), findings), tmp_path / "found.json")
    assert load(tmp_path / "found.json") == findings


def test_before_the_first_run_nothing_was_found(tmp_path: Path) -> None:
    assert load(tmp_path / "found.json") == {}


@pytest.mark.slow
def test_a_benchmark_runs_in_a_process_of_its_own_and_prints_its_figures(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert measured(f"{SAMPLES}.fine") == Found((FIRST, Figure("a start", "", 3, unit="s")))
    assert capfd.readouterr().out == f"  {FIRST}\n  a start: 3.00 s\n"


@pytest.mark.slow
def test_a_benchmark_that_cannot_run_to_its_end_keeps_what_it_found() -> None:
    assert measured(f"{SAMPLES}.lacking") == Found((FIRST,), "needs a C compiler")


@pytest.mark.slow
def test_a_benchmark_that_fails_has_found_nothing_and_its_traceback_is_shown(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert measured(f"{SAMPLES}.failing") is None
    assert "raise ZeroDivisionError" in capfd.readouterr().err
