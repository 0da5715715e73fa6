"""Writes the table of docs/mutants.md from the results of `make mutants`, and prints the mutants that live.

Run it from the root of the repository: python -m docs.table_of_mutants
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.marked import with_part

PAGE = Path(__file__).with_name("mutants.md")
RESULTS = Path("mutants")
BEGIN, END = "<!-- table of make mutants -->", "<!-- end of the table -->"
COLUMNS = ("refused by mypy", "a test failed", "ran too long", "lived")
# What mutmut keeps of a mutant: the exit code of pytest, the signal that ended it, or a number of its own.
OUTCOMES = {37: COLUMNS[0], 1: COLUMNS[1], 3: COLUMNS[1], -24: COLUMNS[2], 24: COLUMNS[2], 152: COLUMNS[2]}


def results() -> Iterator[tuple[str, Mapping[str, int | None]]]:
    """Yield the name of each module that has mutants, and the exit codes of these by their names."""
    for path in sorted(RESULTS.rglob("*.py.meta")):
        codes = json.loads(path.read_text())["exit_code_by_key"]
        if codes:
            yield str(path.relative_to(RESULTS)).removesuffix(".meta"), codes


def row(title: str, outcomes: Counter[str]) -> str:
    """Return a row of the table; the share is that of the mutants that mypy lets pass."""
    passed = outcomes.total() - outcomes[COLUMNS[0]]
    share = f"{100 * (1 - outcomes[COLUMNS[3]] / passed):.1f} %" if passed else ""
    counts = " | ".join(str(outcomes[column]) for column in COLUMNS)
    return f"| {title} | {outcomes.total()} | {counts} | {share} |"


def main() -> None:
    """Write the table, and print the names of those that live. One that was not tried, or has no test, lives."""
    total, rows = Counter[str](), list[str]()
    for module, codes in results():
        outcomes = Counter(OUTCOMES.get(code or 0, COLUMNS[3]) for code in codes.values())
        total += outcomes
        rows.append(row(f"[{module.removeprefix('ingest_service/')}](../{module})", outcomes))
        print(*(name for name, code in codes.items() if OUTCOMES.get(code or 0) is None), sep="\n", end="")
    head = f"| | mutants | {' | '.join(COLUMNS)} | killed of those that mypy lets pass |"
    table = [head, "|---|" + "---:|" * (len(COLUMNS) + 2), *rows, row("**all**", total)]
    PAGE.write_text(with_part(PAGE.read_text(), BEGIN, END, ["\n".join(table)]))


if __name__ == "__main__":
    main()
