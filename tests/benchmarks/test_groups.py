import ast
from pathlib import Path

import benchmarks
from benchmarks.groups import NAMES

FOLDER = Path(benchmarks.__file__).parent


def has_figures(path: Path) -> bool:
    body = ast.parse(path.read_text()).body
    return any(isinstance(node, ast.FunctionDef) and node.name == "figures" for node in body)


def test_every_benchmark_with_figures_is_in_one_group() -> None:
    assert sorted(NAMES) == sorted(path.stem for path in FOLDER.glob("*.py") if has_figures(path))


def test_the_readme_explains_every_benchmark_with_figures() -> None:
    lines = (FOLDER / "README.md").read_text().splitlines()
    assert [name for name in NAMES if f"## `{name}`" not in lines] == []
