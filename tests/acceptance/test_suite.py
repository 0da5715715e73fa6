"""The acceptance suite as a user runs it; against our own service with the five seconds of the specification."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.restartable import Restartable
from tests.acceptance.services.served import serving
from tests.acceptance.services.wrong import MakesBatchesOfFour
from tests.processes.running import ROOT

pytestmark = pytest.mark.slow

Ran = subprocess.CompletedProcess[str]


def suite(*words: str) -> Ran:
    """Run the suite to its end."""
    arguments = [sys.executable, "-m", "pytest", "tests/acceptance", "-p", "no:cacheprovider", *words]
    return subprocess.run(
        arguments, cwd=ROOT, env={**os.environ, "COLUMNS": "400"}, capture_output=True, text=True, check=False
    )


def test_our_own_service_passes_the_suite_and_its_restart(tmp_path: Path) -> None:
    with Restartable(tmp_path) as service:
        ran = suite("--base-url", service.url, "--restart", service.restart)
    assert ran.returncode == 0, ran.stdout
    assert " 0 failed, " in ran.stdout


def test_a_wrong_service_does_not_pass_the_suite_and_a_table_has_the_verdicts() -> None:
    with serving(MakesBatchesOfFour, 0.5) as server:
        ran = suite("--base-url", server.url, "--interval", "0.5")
    assert ran.returncode == 1
    sentence = "Batch 1 of MEDIUM [1, 2, 3, 4, 5] is [1, 2, 3, 4]; it should be [1, 2, 3]. (2 more like it.)"
    assert f"batches: {sentence}" in ran.stdout.splitlines()
    assert f"test_the_service_keeps_its_specification[batches] - Failed: {sentence}" in ran.stdout
    assert "example       not judged  it means nothing while this fails: batches" in ran.stdout.splitlines()


def test_without_an_address_the_suite_is_not_collected() -> None:
    assert "test_acceptance.py" not in suite("--collect-only", "--quiet").stdout


def test_with_an_address_the_suite_alone_is_collected() -> None:
    collected = suite("--collect-only", "--quiet", "--base-url", "http://localhost:8000").stdout
    assert "test_acceptance.py::test_the_service_keeps_its_specification[rate]" in collected
    assert "test_judgement.py" not in collected
