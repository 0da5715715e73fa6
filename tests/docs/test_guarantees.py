"""Every guarantee of the documentation names the tests that prove it, and they run."""

import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.docs.guarantees import (
    GUARANTEES,
    Guarantee,
    Proof,
    every_proof,
    guarantees,
    is_proven,
    marks_of,
    promises,
    read_guarantees,
)
from tests.docs.markdown import ROOT, prose
from tests.docs.ran import FAST, SLOW, Ran, belonging, is_slow, is_whole

MAKE = shutil.which("make")
# Where something is promised; guarantees.md has the proof of all of it.
PROMISING = ["README.md", "docs/schedule.md", "docs/postgresql.md", "docs/upstream.md", "docs/http-api.md"]
PAGE = """\
## Guaranteed

### The rate

At most 3.

Proof: [A kill loses nothing](../tests/processes/test_crash.py), [not this](decisions/README.md).

### The order

Strict.

## Not guaranteed
"""
PROOF = Proof("The rate", "tests/processes/test_crash.py", "test_after_kill_9_no_accepted_id_is_lost")
GONE = Proof("The rate", "tests/processes/test_crash.py", "test_that_is_gone")
FAST_ONE = Proof(
    "The rate", "tests/dispatch/test_pacer.py", "test_in_any_doubt_the_first_slot_waits_one_whole_interval"
)

by_heading = pytest.mark.parametrize("guarantee", guarantees(), ids=lambda guarantee: guarantee.heading)


@by_heading
def test_a_guarantee_names_a_test(guarantee: Guarantee) -> None:
    assert guarantee.proofs


@by_heading
def test_every_test_that_a_guarantee_names_exists_and_is_neither_skipped_nor_expected_to_fail(
    guarantee: Guarantee,
) -> None:
    assert [proof.node_id for proof in guarantee.proofs if not can_run(proof)] == []


def can_run(proof: Proof) -> bool:
    path = ROOT / proof.path
    marks = marks_of(path).get(proof.test) if path.exists() else None
    return marks is not None and not marks & {"skip", "xfail"}


@pytest.mark.parametrize("page", PROMISING)
def test_what_is_promised_elsewhere_leads_to_its_guarantee_or_its_test(page: str) -> None:
    assert [item for item in promises(prose(ROOT / page)) if not is_proven(item)] == []


def test_every_item_of_the_summary_in_the_readme_leads_to_a_guarantee() -> None:
    items = prose(ROOT / "README.md").split("## What is guaranteed\n")[1].split("\n#")[0].split("\n- ")[1:]
    assert items
    assert [item for item in items if "guarantees.md#" not in item] == []


def test_the_words_of_a_link_to_a_file_of_tests_are_the_name_of_one() -> None:
    rate, order = read_guarantees(PAGE)
    assert rate == Guarantee(
        "The rate", (Proof("The rate", "tests/processes/test_crash.py", "test_a_kill_loses_nothing"),)
    )
    assert order == Guarantee("The order", ())
    assert not can_run(rate.proofs[0])


def test_a_promise_without_a_link_is_seen() -> None:
    proven, bare = promises(
        "# It never fails\n\n- It [never](guarantees.md#the-rate)\n  fails.\n- It never\n  waits.\n"
    )
    assert (is_proven(proven), is_proven(bare)) == (True, False)


def test_the_marks_of_a_test_are_its_own_and_those_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "test_it.py"
    path.write_text(
        "import pytest\npytestmark = [pytest.mark.slow, pytest.mark.skipif(False, reason='')]\n"
        "@pytest.mark.xfail(strict=True)\ndef test_one() -> None: ...\ndef test_two() -> None: ...\n"
    )
    assert marks_of(path) == {"test_one": {"slow", "skipif", "xfail"}, "test_two": {"slow", "skipif"}}


def run_of(markexpr: str, *args: str, ignore: list[str] | None = None, **options: Any) -> pytest.Config:
    """Return the configuration of a run that was begun in the folder of the repository."""
    usual: Mapping[str, Any] = {"keyword": "", "deselect": None, "collectonly": False}
    option = SimpleNamespace(markexpr=markexpr, ignore=ignore, **{**usual, **options})
    config = SimpleNamespace(args=list(args), option=option, invocation_params=SimpleNamespace(dir=ROOT))
    return cast("pytest.Config", config)


def test_a_run_has_to_make_the_proofs_of_its_speed_in_its_files() -> None:
    proofs = [PROOF, FAST_ONE]
    assert belonging(proofs, run_of(FAST, "tests")) == [FAST_ONE]
    assert belonging(proofs, run_of(SLOW, "tests")) == [PROOF]
    assert belonging(proofs, run_of(SLOW, "tests/docs", "tests/processes/test_crash.py")) == [PROOF]
    assert belonging(proofs, run_of(SLOW, "tests/processes", ignore=["tests/processes/test_crash.py"])) == []


@pytest.mark.skipif(MAKE is None, reason="make tells what it would run")
def test_every_slow_proof_is_one_of_a_part_of_make_test_slow() -> None:
    printed = subprocess.run(
        [MAKE or "make", "--dry-run", "test-slow"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    runs = [shlex.split(line) for line in printed.splitlines() if "pytest -m slow" in line]
    made = [node_id for words in runs for node_id in proofs_of(words)]
    assert len(runs) > 1
    assert sorted(made) == sorted({proof.node_id for proof in every_proof() if is_slow(proof)})


def proofs_of(words: list[str]) -> set[str]:
    """Return the proofs that belong to a run with this command line."""
    ignored = [word.removeprefix("--ignore=") for word in words if word.startswith("--ignore=")]
    args = [word for word in words if word.startswith("tests/")] or ["tests"]
    return {proof.node_id for proof in belonging(every_proof(), run_of(SLOW, *args, ignore=ignored))}


def test_a_run_of_chosen_tests_is_not_asked_for_proofs() -> None:
    assert is_whole(run_of(FAST, "tests"))
    assert not is_whole(run_of("", "tests"))
    assert not is_whole(run_of(FAST, "tests", keyword="rate"))
    assert not is_whole(run_of(FAST, PROOF.node_id))
    assert not is_whole(run_of(FAST, "tests", lf=True))


def report_of(proof: Proof, outcome: str, when: str = "call") -> pytest.TestReport:
    parameters: Any = {"location": ("", None, ""), "keywords": {}, "longrepr": None}
    return pytest.TestReport(
        f"{proof.node_id}[case]", outcome=cast("Any", outcome), when=cast("Any", when), **parameters
    )


def session_after(ran: Ran, exitstatus: int = 0) -> int:
    session = SimpleNamespace(exitstatus=exitstatus)
    ran.pytest_sessionfinish(cast("pytest.Session", session))
    return int(session.exitstatus)


def test_a_run_in_which_a_proof_passed_is_good() -> None:
    ran = Ran([PROOF])
    ran.pytest_runtest_logreport(report_of(PROOF, "passed", "setup"))
    assert ran.missing == [PROOF]
    ran.pytest_runtest_logreport(report_of(PROOF, "passed"))
    assert (ran.missing, session_after(ran)) == ([], 0)


def test_a_run_in_which_a_proof_was_skipped_or_is_gone_fails() -> None:
    ran = Ran([PROOF, GONE])
    ran.pytest_runtest_logreport(report_of(PROOF, "skipped"))
    assert ran.missing == [PROOF, GONE]
    assert session_after(ran) == pytest.ExitCode.TESTS_FAILED
    assert session_after(ran, pytest.ExitCode.INTERRUPTED) == pytest.ExitCode.INTERRUPTED
    assert not is_slow(GONE)


def test_the_page_of_the_guarantees_is_the_one_that_is_read() -> None:
    assert GUARANTEES.exists()
    assert len(guarantees()) > 10
