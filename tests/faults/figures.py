"""The figures of the tests of faults, as the table of docs/reliability.md shows them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.marked import with_part

BEGIN, END = "<!-- figures of make test-faults -->", "<!-- end of the figures -->"


@dataclass(frozen=True)
class Figure:
    """A row of the table: the fault, how often it was made and under what, what came of it, and the test.

    `test` is the path of its file in the repository.
    """

    fault: str
    tried: str
    result: str
    test: str


class Figures:
    """The figures of a run. A test adds its row when all that it asserts has held."""

    def __init__(self) -> None:
        self._rows: list[Figure] = []

    def add(self, figure: Figure) -> None:
        """Add a row, in place of an earlier one of the same fault."""
        self._rows = [row for row in self._rows if row.fault != figure.fault] + [figure]

    def save(self, kept: Path, page: Path) -> None:
        """Add the rows to those in the JSON file `kept`, and write the table of all of them into the page.

        A row takes the place of one of the same fault that was kept, and stays where that one was. Without rows
        both files stay as they are.
        """
        if not self._rows:
            return
        earlier = [Figure(**row) for row in json.loads(kept.read_text())] if kept.exists() else []
        rows = {row.fault: row for row in [*earlier, *self._rows]}
        kept.write_text(json.dumps([asdict(row) for row in rows.values()], indent=2, ensure_ascii=False) + "\n")
        page.write_text(with_table(page.read_text(), list(rows.values())))


def with_table(text: str, rows: list[Figure]) -> str:
    """Return the text of a page with the table of these rows between its two comments; they must be there."""
    lines = [f"| {row.fault} | {row.tried} | {row.result} | [{_name(row.test)}](../{row.test}) |" for row in rows]
    return with_part(
        text, BEGIN, END, ["\n".join(["| fault | tried | result | test |", "|---|---|---|---|", *lines])]
    )


def _name(test: str) -> str:
    return Path(test).stem.removeprefix("test_").replace("_", " ")
