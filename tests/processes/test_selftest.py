"""The self-test of an installed service, whole, on the disk of this machine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ingest_service.selftest.suite import CHECKS
from tests.processes.running import ROOT

pytestmark = pytest.mark.slow

COMMAND = (sys.executable, "-m", "ingest_service", "selftest", "--json", "--folder")
# What may be wrong with the machine that runs the tests, and is no fault of the service.
OF_THE_MACHINE = {"disk", "clocks"}


def test_the_selftest_finds_the_promises_kept_and_leaves_nothing(tmp_path: Path) -> None:
    ended = subprocess.run(
        [*COMMAND, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    verdicts = {check["check"]: check for check in json.loads(ended.stdout)["checks"]}
    assert list(verdicts) == list(CHECKS)
    wrong = [
        check for name, check in verdicts.items() if name not in OF_THE_MACHINE and check["verdict"] == "failed"
    ]
    assert wrong == []
    assert ended.returncode == any(check["verdict"] == "failed" for check in verdicts.values())
    assert verdicts["crash"]["figures"]["ids accepted"] > 0
    assert list(tmp_path.iterdir()) == []
