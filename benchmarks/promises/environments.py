"""Environments for the drivers, made anew with what each needs in a pinned version. Nothing of them stays."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import peers
from benchmarks.figure import CannotRunError

DRIVERS = Path(peers.__file__).parent
Command = list[str]
# Given the driver, what it needs and a folder, it returns the command that runs the driver.
Environment = Callable[[str, Sequence[str], Path], Command]


def ours(driver: str, _packages: Sequence[str], _folder: Path) -> Command:
    """Use the environment that this program runs in."""
    return [sys.executable, "-m", f"benchmarks.peers.{driver}"]


def python(driver: str, packages: Sequence[str], folder: Path) -> Command:
    """Make a virtual environment."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    program = str(folder / "bin" / "python")
    install = [program, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
    subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
    return [program, "-m", f"benchmarks.peers.{driver}"]


def node(driver: str, packages: Sequence[str], folder: Path) -> Command:
    """Install packages for Node.js, and copy the driver beside them, where it finds them.

    Raises CannotRunError where there is no Node.js.
    """
    npm, program = shutil.which("npm"), shutil.which("node")
    if npm is None or program is None:
        raise CannotRunError("needs Node.js with npm")
    install = [npm, "install", "--silent", "--ignore-scripts", "--no-audit", "--prefix", str(folder), *packages]
    subprocess.run(install, check=True)
    return [program, shutil.copy(str(DRIVERS / driver), str(folder))]
