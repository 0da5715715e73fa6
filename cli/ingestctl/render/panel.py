"""One ingestion in full: its table of batches, a progress bar, and its expected end."""

from collections.abc import Callable, Iterator
from datetime import datetime
from textwrap import wrap

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ingestctl.models import Ingestion, Status
from ingestctl.printable import printable
from ingestctl.render.batch_table import batch_table
from ingestctl.render.elements import bar, one_row, plain
from ingestctl.render.eta import ends, put_off, waits, warnings
from ingestctl.render.styles import STYLES
from ingestctl.render.summary import cancelled, completed, failed, fraction
from ingestctl.render.view import IngestionView

_OTHER_ROWS = 4  # the title, the headings with their line, the bar
_EMPTY_ROWS = 2
_LEAST_BATCHES = 4
_LEAST_BAR = 10
_WIDTH_FOR_TITLE = 54


class Panel:
    """One ingestion in a given width."""

    def __init__(self, view: IngestionView, width: int, now: datetime) -> None:
        self._view = view
        self._width = width
        self._now = now
        self._below = list(self._rows_below())

    @property
    def rows(self) -> int:
        """Number of rows that show everything."""
        return _OTHER_ROWS + _EMPTY_ROWS + self._view.whole.total + len(self._below)

    @property
    def least_rows(self) -> int:
        """Number of rows below which too little is shown."""
        return _OTHER_ROWS + min(_LEAST_BATCHES, self._view.whole.total)

    def within(self, rows: int) -> RenderableType:
        """Return the panel in at most `rows` rows: running batches first, then next ones, then the last completed.

        The rest of the batches is counted. Left out are first the empty rows, then batches, then sentences.
        """
        left = rows - self.least_rows
        below = self._below[: max(0, left)]
        space = [""] if left - len(below) >= _EMPTY_ROWS else []
        room = rows - _OTHER_ROWS - 2 * len(space) - len(below)
        batches = batch_table(self._view, room, self._width, self._now)
        return Group(self._title(), *space, batches, *space, self._bar(), *below)

    def _title(self) -> Text:
        whole = self._view.whole
        if self._width < _WIDTH_FOR_TITLE:
            return one_row(whole.ingestion_id, "bold")
        priority = whole.priority if isinstance(whole, Ingestion) else ""
        return Text.assemble("Ingestion ", plain(whole.ingestion_id, "bold"), "  ", (priority, "dim"))

    def _bar(self) -> RenderableType:
        whole, count = self._view.whole, completed(self._view)
        grid = Table.grid(padding=(0, 1), expand=True)
        grid.add_column(ratio=1)
        grid.add_column(no_wrap=True)
        fits = len(count) + _LEAST_BAR < self._width
        grid.add_row(bar(whole.total, whole.completed), count if fits else fraction(self._view))
        return grid

    def _rows_below(self) -> Iterator[Text]:
        for sentence, style in self._sentences():
            for row in wrap(printable(sentence), max(self._width, 1)):
                yield one_row(row, style)

    def _sentences(self) -> Iterator[tuple[str, str]]:
        """Yield the sentences below the bar with their styles, the most important first, for room may be short."""
        yield from self._styled(ends, "")
        yield failed(self._view), "bold red"
        yield cancelled(self._view), STYLES[Status.CANCELLED]
        yield from self._styled(warnings, "yellow")
        yield from self._styled(waits, "")
        yield from self._styled(put_off, "dim")

    def _styled(
        self, sentences: Callable[[Ingestion, datetime], Iterator[str]], style: str
    ) -> Iterator[tuple[str, str]]:
        whole = self._view.whole
        if isinstance(whole, Ingestion):
            yield from ((sentence, style) for sentence in sentences(whole, self._now))
