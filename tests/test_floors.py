"""The floors of the house: every module imports from its own floor and from those below only."""

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
FLOORS = [
    {"domain", "errors"},
    {
        "admission",
        "pruner",
        "slippage",
        "dispatch",
        "backlog",
        "clock",
        "loop",
        "ports",
        "reports",
        "schedule",
        "service",
    },
    {"metrics", "stores", "upstreams"},
    {"app", "config", "logs", "web"},
]
# Below each other, as the floors are; two rooms of one floor do not know each other.
FLOORS_OF_WEB = [{"http"}, {"openapi"}, {"ingest"}, {"ingestions", "slots"}, {"service"}]
MODULES = sorted((HOUSE / "ingest_service").rglob("*.py"))
WIRING = "app"


def room(name: str) -> str:
    """Return the room of a dotted name: the part below the package."""
    return name.split(".")[1]


def floor(name: str) -> int:
    (found,) = (level for level, rooms in enumerate(FLOORS) if name in rooms)
    return found


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""


def own_room(path: Path) -> str:
    return path.relative_to(HOUSE / "ingest_service").with_suffix("").parts[0]


@pytest.mark.parametrize(
    "path", [p for p in MODULES if p.parts[-2:] != ("ingest_service", "__init__.py")], ids=str
)
def test_no_module_imports_from_a_floor_above(path: Path) -> None:
    inside = [room(name) for name in imported(path) if name.startswith("ingest_service.")]
    assert [name for name in inside if floor(name) > floor(own_room(path))] == []


@pytest.mark.parametrize("path", [p for p in MODULES if own_room(p) in FLOORS[0] | FLOORS[1]], ids=str)
def test_the_two_lower_floors_need_the_standard_library_only(path: Path) -> None:
    outside = {name.partition(".")[0] for name in imported(path)} - {"ingest_service"}
    assert outside <= sys.stdlib_module_names


@pytest.mark.parametrize("path", [p for p in MODULES if own_room(p) != WIRING], ids=str)
def test_only_the_wiring_knows_the_stores_and_upstreams(path: Path) -> None:
    concrete = {room(name) for name in imported(path) if name.startswith("ingest_service.")} & FLOORS[2]
    assert concrete <= {own_room(path)}


@pytest.mark.parametrize("path", sorted((HOUSE / "cli").rglob("*.py")), ids=str)
def test_the_command_line_imports_nothing_of_the_service(path: Path) -> None:
    assert not [name for name in imported(path) if name.startswith("ingest_service")]


def test_time_comes_in_through_one_door() -> None:
    others = [path for path in MODULES if path.name not in ("clock.py", "lock_file.py")]
    assert [path for path in others if "time" in imported(path)] == []


def rooms_of_web(names: Iterable[str]) -> set[str]:
    """Return the rooms inside web of those of these dotted names that are in it."""
    parts = [name.split(".") for name in names]
    return {name[2] for name in parts if name[:2] == ["ingest_service", "web"]}


@pytest.mark.parametrize("path", [p for p in MODULES if own_room(p) == "web" and p.parent.name != "web"], ids=str)
def test_a_room_of_web_imports_from_itself_and_from_those_below_it_only(path: Path) -> None:
    own = path.relative_to(HOUSE / "ingest_service" / "web").parts[0]
    (level,) = (level for level, rooms in enumerate(FLOORS_OF_WEB) if own in rooms)
    assert rooms_of_web(imported(path)) <= {own}.union(*FLOORS_OF_WEB[:level])


@pytest.mark.parametrize("path", [p for p in MODULES if own_room(p) not in (WIRING, "web")], ids=str)
def test_only_the_wiring_knows_more_of_web_than_the_protocol(path: Path) -> None:
    assert rooms_of_web(imported(path)) <= {"http"}
