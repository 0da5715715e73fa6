"""Rows as a table on a terminal."""

from rich.console import Console

from ingestctl.render.elements import plain, plain_table
from ingestctl.render.rows import GAP, Rows
from ingestctl.render.styles import STYLES

_UUID_WIDTH = 36


def draw(rows: Rows) -> None:
    """Print the table on stdout, as wide as the terminal; ids of ingestions are never cut."""
    console = Console()
    rows = rows.fitting(console.width)
    table = plain_table(len(GAP))
    for column, heading in enumerate(rows.headings):
        whole = heading == "Ingestion"
        table.add_column(
            heading,
            justify="right" if rows.is_number(column) else "left",
            min_width=_UUID_WIDTH if whole else None,
        )
    for row in rows.cells:
        table.add_row(*(plain(cell, STYLES.get(cell, "")) for cell in row))
    console.print(table)
