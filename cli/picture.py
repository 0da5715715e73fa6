"""An ingestion as a picture for a terminal: a table, a progress bar, the outlook; nothing is printed here."""

from datetime import datetime
from textwrap import wrap

from rich.console import ConsoleDimensions, Group, RenderableType
from rich.constrain import Constrain
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from cli.excerpt import Excerpt
from cli.ingestion import Ingestion, IngestionStatus
from cli.lines import summary
from cli.outlook import outlook
from cli.table import table
from cli.watch import Sight

_WIDTH = 72
_TIMED_WIDTH = 84
_ECHO_WIDTH = len("^C")  # in the last column it would wrap, and Live would lose count of its rows
_ROWS_BESIDE_THE_TABLE = 8
_LEAST_ROWS = 12


def picture(sight: Sight[Excerpt], screen: ConsoleDimensions, now: datetime) -> RenderableType:
    """Return the picture of a sight, with as many batches as fit the screen; `now` brings the time zone.

    The triggered batches come first, then the next ones, then the last completed; the rest is counted.
    """
    whole = sight.seen.whole
    widest = _TIMED_WIDTH if isinstance(whole, Ingestion) else _WIDTH
    width = min(widest, screen.width - _ECHO_WIDTH)
    below = _outlook(whole, width, now)[: max(0, screen.height - _LEAST_ROWS)]
    room = screen.height - _ROWS_BESIDE_THE_TABLE - len(below)
    parts = [_title(whole), "", table(sight.seen, room, width, now), "", _bar(whole), *below]
    if sight.away:
        parts.append(_one_row(f"Reconnecting … {sight.away}", "yellow"))
    return Constrain(Group(*parts), width)


def _outlook(whole: Ingestion | IngestionStatus, width: int, now: datetime) -> list[Text]:
    sentences = outlook(whole, now) if isinstance(whole, Ingestion) else ()
    return [_one_row(row) for sentence in sentences for row in wrap(sentence, max(width, 1))]


def _title(whole: Ingestion | IngestionStatus) -> RenderableType:
    return _one_row("Ingestion ").append(whole.ingestion_id, "bold")


def _bar(whole: Ingestion | IngestionStatus) -> RenderableType:
    bar = Table.grid(padding=(0, 1), expand=True)
    bar.add_column(ratio=1)
    bar.add_column(no_wrap=True)
    bar.add_row(ProgressBar(whole.total, whole.completed, complete_style="green"), summary(whole))
    return bar


def _one_row(text: str, style: str = "") -> Text:
    return Text(text, style, no_wrap=True, overflow="ellipsis")
