"""All benchmarks, or those that are named, one after the other: `make bench`, `make bench ARGS="cli pacing"`.

Prints the figures as they come and writes them into docs/performance.json and docs/performance.md, after each
benchmark; those of the benchmarks that do not run now, or that fail, stay as they were. The exit code is 1 if one
fails. A missed aim is no failure.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.found import Findings, Found, load, measured, save
from benchmarks.groups import NAMES
from benchmarks.machine import Machine, this_machine
from benchmarks.report import with_figures

DOCS = Path(__file__).parents[1] / "docs"


def run(names: Sequence[str], measure: Callable[[str], Found | None], machine: Machine, docs: Path) -> list[str]:
    """Run benchmarks and write down what they find; return the names of those that failed."""
    failed = []
    for name in names:
        print(f"{name}:", flush=True)
        if found := measure(f"benchmarks.{name}"):
            write_down(name, found, machine, docs)
        else:
            failed.append(name)
    return failed


def write_down(name: str, found: Found, machine: Machine, docs: Path) -> None:
    """Put what a benchmark found into the place of what it found before."""
    kept, page = docs / "performance.json", docs / "performance.md"
    benchmarks = load(kept) | {name: found}
    findings = Findings(machine, {one: benchmarks[one] for one in NAMES if one in benchmarks})
    save(findings, kept)
    page.write_text(with_figures(page.read_text(), findings))


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Run benchmarks, without names all.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    names = parser.parse_args().names
    if unknown := set(names) - set(NAMES):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if failed := run(names or NAMES, measured, this_machine(), DOCS):
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
