"""Fresh environments that hold what a package asks for and nothing else, without a network."""

import subprocess
import sys
import venv
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.processes.running import ROOT


class CleanVenv:
    """A virtual environment in this folder. All but wheels comes from the environment of this run."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder)
        self.programs = folder / "bin"
        (self._packages,) = folder.glob("lib/python*/site-packages")

    def install(self, wheel: Path, extra: str = "") -> None:
        """Install a wheel with this extra. Raises CalledProcessError if it asks for more than it declares."""
        self.lend(needed(wheel, extra))
        self.pip("--no-index", f"{wheel}[{extra}]" if extra else str(wheel))

    def lend(self, names: Iterable[str]) -> None:
        """Make packages that this run has importable there: only links are written."""
        for name in names:
            for entry in entries(name):
                (self._packages / entry.name).symlink_to(entry)

    def pip(self, *arguments: str) -> None:
        """Install with the pip of this run. Raises CalledProcessError."""
        pip = [sys.executable, "-m", "pip", "--python", str(self.programs / "python"), "install", "--quiet"]
        subprocess.run([*pip, *arguments], check=True)

    def run(self, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run one of its programs to its end and return what it printed."""
        words = [str(self.programs / command[0]), *command[1:]]
        return subprocess.run(words, env=environ, capture_output=True, text=True, check=False)


def needed(wheel: Path, extra: str = "") -> set[str]:
    """Return the names of all packages that a wheel with this extra needs, as far as they apply here."""
    (own,) = distributions(path=[str(wheel)])
    asked = list(required(own, {extra}))
    found: dict[str, set[str]] = {}
    while asked:
        requirement = asked.pop()
        name = canonicalize_name(requirement.name)
        if requirement.extras.issubset(found.get(name, ())) and name in found:
            continue
        found.setdefault(name, set()).update(requirement.extras)
        asked += required(own if name == own.name else distribution(name), requirement.extras)
    return found.keys() - {own.name}


def required(installed: Distribution, extras: set[str]) -> Iterator[Requirement]:
    """Yield what a package with these extras directly requires here."""
    for requirement in map(Requirement, installed.requires or []):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras | {""}):
            yield requirement


def entries(name: str) -> set[Path]:
    """Return the files and folders at the top of the site-packages that belong to an installed package."""
    installed = distribution(name)
    top = Path(str(installed.locate_file("")))
    return {top / file.parts[0] for file in installed.files or [] if file.parts[0] != ".."}


def build(folder: Path) -> Path:
    """Build the source archive, and from it the wheel, as a release does; return the wheel."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel
