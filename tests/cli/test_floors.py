"""The floors of ingestctl: every package imports from itself and from floors below it only."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import ingestctl
from tests.test_floors import imported

ROOT = Path(ingestctl.__file__).parent
MODULES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")
DOORS = {ROOT / "__init__.py", ROOT / "models" / "__init__.py"}
"""Packages that hand out names of their modules; all others are empty but for a docstring."""

BELOW: dict[str, set[str]] = {
    "printable": set(),
    "json_text": set(),
    "errors": {"printable"},
    "models": {"json_text"},
    "ids": {"models", "errors"},
    "http": {"models", "errors", "json_text"},
    "verify": {"http", "models", "errors"},
    "audit": {"models"},
    "render": {"audit", "verify", "models", "errors", "printable", "json_text"},
    "client": {"http", "models"},
    "watch": {"client", "render", "models", "errors"},
    "commands": {"audit", "watch", "client", "http", "verify", "render", "ids", "models", "errors", "json_text"},
    "main": {"commands", "http", "render", "errors"},
}
"""The floors from the lowest to the highest, each with those that it may import from."""


def floor(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").parts[0]


def test_all_arrows_point_down() -> None:
    floors = list(BELOW)
    assert {floor(path) for path in MODULES} == set(floors)
    for height, name in enumerate(floors):
        assert BELOW[name] <= set(floors[:height])


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_module_imports_from_a_floor_above(path: Path) -> None:
    floors = {name.split(".")[1] for name in imported(path) if name.startswith("ingestctl.")}
    assert floors - {floor(path)} - BELOW[floor(path)] == set()


@pytest.mark.parametrize("path", sorted(set(ROOT.rglob("__init__.py")) - DOORS), ids=str)
def test_a_package_has_a_docstring_and_loads_nothing(path: Path) -> None:
    (docstring,) = ast.parse(path.read_text()).body
    assert isinstance(docstring, ast.Expr)


def test_the_exports_of_ingestctl_are_loaded_on_first_use_only() -> None:
    script = "import sys, ingestctl; print(*(name for name in sys.modules if name.startswith('ingestctl.')))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "\n"


@pytest.mark.parametrize("name", ingestctl.__all__)
def test_every_export_of_ingestctl_exists(name: str) -> None:
    assert getattr(ingestctl, name).__name__ == name


def test_ingestctl_has_no_other_names() -> None:
    with pytest.raises(ImportError, match="cannot import name 'Clients'"):
        exec("from ingestctl import Clients")
