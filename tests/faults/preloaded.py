"""Libraries in C that programs load before all others (LD_PRELOAD), so that calls of the system fail in them."""

import shutil
import subprocess
from pathlib import Path

import pytest


def compile_library(source: Path, library: Path) -> None:
    """Compile a library. Skips the test without gcc."""
    if shutil.which("gcc") is None:
        pytest.skip(f"gcc, which compiles {source.name}, is not installed")
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl", "-pthread"], check=True)
