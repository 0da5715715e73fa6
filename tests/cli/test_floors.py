"""The rooms of the command line: every module imports from its own room and from those below it only."""

import ast
from pathlib import Path

import pytest

from tests.test_floors import imported

CLI = Path(__file__).parents[2] / "cli" / "ingestctl"
MODULES = sorted(path for path in CLI.rglob("*.py") if path.parent != CLI or path.stem != "__init__")
BELOW = {
    "errors": set[str](),
    "ids": {"errors"},
    "models": set(),
    "render": {"models", "errors"},
    "http": {"models", "errors"},
    "client": {"http", "models"},
    "watch": {"client", "render", "models", "errors"},
    "commands": {"watch", "client", "http", "render", "models", "ids", "errors"},
    "main": {"commands", "http", "errors"},
}


def room(path: Path) -> str:
    return path.relative_to(CLI).with_suffix("").parts[0]


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_module_imports_from_a_room_above(path: Path) -> None:
    rooms = {name.split(".")[1] for name in imported(path) if name.startswith("ingestctl.")}
    assert rooms - {room(path)} - BELOW[room(path)] == set()


@pytest.mark.parametrize("path", sorted(CLI.rglob("__init__.py")), ids=str)
def test_a_package_says_what_it_is_and_loads_nothing(path: Path) -> None:
    (said,) = ast.parse(path.read_text()).body
    assert isinstance(said, ast.Expr)
