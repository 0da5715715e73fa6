"""Writes the table of docs/mutants.md from the results of `make mutants`, and prints the mutants that live.

Run it from the root of the repository: python -m tests.table_of_mutants
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.marked import with_part

PAGE = Path(__file__).parents[1] / "docs" / "mutants.md"
RESULTS = Path("mutants")
BEGIN, END = "<!-- table of make mutants -->", "<!-- end of the table -->"
REFUSED, FAILED, LONG, LIVED, UNTRIED = COLUMNS = (
    "refused by mypy",
    "a test failed",
    "ran too long",
    "lived",
    "not tried",
)
# What mutmut keeps of a mutant: the exit code of pytest or of a process that gave up, a signal, or its own number.
OUTCOMES = {37: REFUSED, 1: FAILED, 3: FAILED, 70: FAILED, -24: LONG, 24: LONG, 152: LONG, None: UNTRIED}


def results() -> Iterator[tuple[str, Mapping[str, int | None]]]:
    """Yield the name of each module that has mutants, and the exit codes of these by their names."""
    for path in sorted(RESULTS.rglob("*.py.meta")):
        codes = json.loads(path.read_text())["exit_code_by_key"]
        if codes:
            yield str(path.relative_to(RESULTS)).removesuffix(".meta"), codes


def outcome(code: int | None) -> str:
    """Return what became of a mutant. One that no test reaches lives."""
    return OUTCOMES.get(code, LIVED)


def row(title: str, outcomes: Counter[str]) -> str:
    """Return a row of the table; the share is that of the mutants that were tried and that mypy lets pass."""
    killed = outcomes[FAILED] + outcomes[LONG]
    tried = killed + outcomes[LIVED]
    share = f"{100 * killed / tried:.1f} %" if tried else ""
    counts = " | ".join(str(outcomes[column]) for column in COLUMNS)
    return f"| {title} | {outcomes.total()} | {counts} | {share} |"


def main() -> None:
    """Write the table, and print the names of those that live."""
    total, rows = Counter[str](), list[str]()
    for module, codes in results():
        outcomes = Counter(map(outcome, codes.values()))
        total += outcomes
        rows.append(row(f"[{module.removeprefix('ingest_service/')}](../{module})", outcomes))
        for name in (name for name, code in codes.items() if outcome(code) == LIVED):
            print(name)
    head = f"| | mutants | {' | '.join(COLUMNS)} | killed by tests, of those tried |"
    table = [head, "|---|" + "---:|" * (len(COLUMNS) + 2), *rows, row("**all**", total)]
    PAGE.write_text(with_part(PAGE.read_text(), BEGIN, END, ["\n".join(table)]))


if __name__ == "__main__":
    main()
