"""The floors of the house: every package imports from the floors below it only."""

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
# From the ground up; a package imports nothing of its own floor but itself.
FLOORS = [
    {"domain", "clock", "database_url", "environment", "limits", "spare_threads"},
    {"errors", "hosts", "upstream_request"},
    {"rate_settings"},
    {"audit", "backlog", "config", "listening", "loop", "metrics", "open_files", "probe", "upstreams"},
    {"schedule"},
    {"ports"},
    {"pruner", "reports", "slippage", "stores.sql"},
    {"dispatch", "stores.sqlite"},
    {"stores.postgres"},
    {"service"},
    {"web"},
    {"app", "backing_up", "copying", "log_lines", "logs", "signals"},
    {"process"},
    {"selftest"},
    {"commands"},
    {"__main__"},
]
# Below each other, as the floors are; two rooms of one floor do not know each other.
FLOORS_OF_WEB = [
    {"http"},
    {"openapi"},
    {"ingest"},
    {"audit", "ingestions", "slots"},
    {"board"},
    {"service"},
    {"shortcut"},
]
ROOT = HOUSE / "ingest_service"
MODULES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")
PLAIN = {"domain", "errors", "audit", "backlog", "schedule", "ports"}
WIRING = {"app", "backing_up", "copying", "process", "selftest"}


def package_of(parts: tuple[str, ...]) -> str:
    """Return the package that a module belongs to, by the parts of its name below `ingest_service`."""
    return ".".join(parts[:2]) if parts[0] == "stores" else parts[0]


def own_package(path: Path) -> str:
    return package_of(path.relative_to(ROOT).with_suffix("").parts)


def floor(package: str) -> int:
    (found,) = (level for level, packages in enumerate(FLOORS) if package in packages)
    return found


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""


def packages_imported(path: Path) -> set[str]:
    names = [name for name in imported(path) if name.startswith("ingest_service.")]
    return {package_of(tuple(name.split(".")[1:])) for name in names} - {own_package(path)}


def of_packages(packages: set[str]) -> list[Path]:
    return [path for path in MODULES if own_package(path) in packages]


@pytest.mark.parametrize("path", [path for path in MODULES if own_package(path) != "stores.__init__"], ids=str)
def test_no_module_imports_from_its_own_floor_or_above(path: Path) -> None:
    assert [name for name in packages_imported(path) if floor(name) >= floor(own_package(path))] == []


@pytest.mark.parametrize("path", of_packages({"backlog", "schedule"}), ids=str)
def test_what_waits_and_when_it_runs_know_the_domain_only(path: Path) -> None:
    assert packages_imported(path) <= {"domain", "errors", "backlog"}


@pytest.mark.parametrize("path", of_packages(PLAIN), ids=str)
def test_the_lower_floors_need_the_standard_library_only(path: Path) -> None:
    outside = {name.partition(".")[0] for name in imported(path)} - {"ingest_service"}
    assert outside <= sys.stdlib_module_names


@pytest.mark.parametrize("path", [path for path in MODULES if own_package(path) not in WIRING], ids=str)
def test_only_the_wiring_knows_the_concrete_stores_and_upstreams(path: Path) -> None:
    assert not packages_imported(path) & {"stores.sqlite", "stores.postgres", "upstreams"}


@pytest.mark.parametrize("path", of_packages({"web"}), ids=str)
def test_the_web_layer_reaches_the_engine_and_the_store_through_the_use_cases(path: Path) -> None:
    assert not packages_imported(path) & {"dispatch", "slippage", "stores.sql", "stores.sqlite", "stores.postgres"}


@pytest.mark.parametrize("path", sorted((HOUSE / "cli").rglob("*.py")), ids=str)
def test_the_command_line_imports_nothing_of_the_service(path: Path) -> None:
    assert not [name for name in imported(path) if name.startswith("ingest_service")]


def test_time_comes_in_through_one_door() -> None:
    others = [path for path in MODULES if path.name not in ("clock.py", "lock_file.py")]
    assert [path for path in others if "time" in imported(path) and "fake" not in path.parts] == []


def rooms_of_web(names: Iterable[str]) -> set[str]:
    """Return the rooms inside web of those of these dotted names that are in it."""
    parts = [name.split(".") for name in names]
    return {name[2] for name in parts if name[:2] == ["ingest_service", "web"]}


@pytest.mark.parametrize("path", [p for p in of_packages({"web"}) if p.parent.name != "web"], ids=str)
def test_a_room_of_web_imports_from_itself_and_from_those_below_it_only(path: Path) -> None:
    own = path.relative_to(ROOT / "web").parts[0]
    (level,) = (level for level, rooms in enumerate(FLOORS_OF_WEB) if own in rooms)
    assert rooms_of_web(imported(path)) <= {own}.union(*FLOORS_OF_WEB[:level])


@pytest.mark.parametrize("path", [p for p in MODULES if own_package(p) not in WIRING | {"web"}], ids=str)
def test_only_the_wiring_knows_more_of_web_than_the_protocol(path: Path) -> None:
    assert rooms_of_web(imported(path)) <= {"http"}
