"""One ingestion in full, for a terminal: its table, a progress bar, the outlook; nothing is printed here."""

from collections.abc import Callable, Iterator
from datetime import datetime
from textwrap import wrap

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ingestctl.models import Ingestion, Status
from ingestctl.render.batch_table import table
from ingestctl.render.eta import ends, put_off, waits, warnings
from ingestctl.render.styles import STYLES
from ingestctl.render.summary import cancelled, completed, failed
from ingestctl.render.view import IngestionView

_ROWS_BESIDE_THE_BATCHES = 4  # the title, the head of the table with its line, the bar
_EMPTY_ROWS = 2
_LEAST_BATCHES = 4
_LEAST_BAR = 10
_WIDTH_FOR_TITLE = 54


class Panel:
    """The picture of one ingestion in a given width; `now` brings the time zone of the reader."""

    def __init__(self, view: IngestionView, width: int, now: datetime) -> None:
        self._view = view
        self._width = width
        self._now = now
        self._below = list(self._rows_below())

    @property
    def rows(self) -> int:
        """How many rows it takes to show everything."""
        return _ROWS_BESIDE_THE_BATCHES + _EMPTY_ROWS + self._view.whole.total + len(self._below)

    @property
    def least_rows(self) -> int:
        """With fewer rows than these it shows too little."""
        return _ROWS_BESIDE_THE_BATCHES + min(_LEAST_BATCHES, self._view.whole.total)

    def within(self, rows: int) -> RenderableType:
        """Return the picture in so many rows: running batches first, then next ones, then the last completed.

        The rest of the batches is counted. Empty rows are the first to go, then batches, then the outlook.
        """
        left = rows - self.least_rows
        below = self._below[: max(0, left)]
        space = [""] if left - len(below) >= _EMPTY_ROWS else []
        room = rows - _ROWS_BESIDE_THE_BATCHES - 2 * len(space) - len(below)
        batches = table(self._view, room, self._width, self._now)
        return Group(self._title(), *space, batches, *space, self._bar(), *below)

    def _title(self) -> Text:
        whole = self._view.whole
        if self._width < _WIDTH_FOR_TITLE:
            return one_row(Text(whole.ingestion_id, "bold"))
        priority = whole.priority if isinstance(whole, Ingestion) else ""
        return Text.assemble("Ingestion ", (whole.ingestion_id, "bold"), "  ", (priority, "dim"))

    def _bar(self) -> RenderableType:
        whole, counted = self._view.whole, completed(self._view)
        grid = Table.grid(padding=(0, 1), expand=True)
        grid.add_column(ratio=1)
        grid.add_column(no_wrap=True)
        fits = len(counted) + _LEAST_BAR < self._width
        grid.add_row(
            bar(whole.total, whole.completed), counted if fits else f"{whole.completed:,}/{whole.total:,}"
        )
        return grid

    def _rows_below(self) -> Iterator[Text]:
        for sentence, style in self._sentences():
            for row in wrap(sentence, max(self._width, 1)):
                yield one_row(Text(row, style))

    def _sentences(self) -> Iterator[tuple[str, str]]:
        """Yield what stands below the bar, with its style: the most important first, for room may be short."""
        yield from self._said(ends, "")
        yield failed(self._view), "bold red"
        yield cancelled(self._view), STYLES[Status.CANCELLED]
        yield from self._said(warnings, "yellow")
        yield from self._said(waits, "")
        yield from self._said(put_off, "dim")

    def _said(self, say: Callable[[Ingestion, datetime], Iterator[str]], style: str) -> Iterator[tuple[str, str]]:
        whole = self._view.whole
        if isinstance(whole, Ingestion):
            yield from ((sentence, style) for sentence in say(whole, self._now))


def bar(total: int, completed: int) -> ProgressBar:
    """Return a progress bar as wide as there is room."""
    return ProgressBar(total, completed, complete_style="green")


def one_row(text: Text) -> Text:
    """Return the text, cut where it does not fit into one row."""
    text.no_wrap, text.overflow = True, "ellipsis"
    return text
