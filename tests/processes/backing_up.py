"""Backups, as the program of the service writes them."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.processes.running import ROOT
from tests.processes.waiting import PATIENCE_SECONDS


def back_up(file: Path, environ: Mapping[str, str]) -> str:
    """Write a backup, and return what was printed."""
    command = [sys.executable, "-m", "ingest_service", "backup", str(file)]
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout
