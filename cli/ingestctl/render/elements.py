"""Elements that several screens share."""

from rich import box
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ingestctl.errors import NoAnswerError
from ingestctl.printable import printable


def plain(text: str, style: str = "") -> Text:
    """Return a text as it is: nothing in it is markup, or controls the terminal."""
    return Text(printable(text), style)


def one_row(text: str, style: str = "") -> Text:
    """Return a text that is cut where it does not fit into one row."""
    return Text(printable(text), style, no_wrap=True, overflow="ellipsis")


def outage_rows(outage: NoAnswerError | None) -> list[Text]:
    """Return a row that shows why the service gives no answer, none if it does."""
    return [one_row(f"Reconnecting … {outage}", "yellow")] if outage else []


def bar(total: int, completed: int) -> ProgressBar:
    """Return a progress bar that fills the width."""
    return ProgressBar(total, completed, complete_style="green")


def plain_table(gap: int, expand: bool = False) -> Table:
    """Return a table without a frame: headings, a line, and rows, with a gap behind every column."""
    return Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, gap - 1, 0, 0), expand=expand)
