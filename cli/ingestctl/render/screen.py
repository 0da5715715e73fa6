"""Screens that show ingestions: a panel for each, or compact rows."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import ConsoleDimensions, Group, RenderableType
from rich.constrain import Constrain

from ingestctl.models import Ingestion
from ingestctl.render.compact import compact
from ingestctl.render.elements import outage_rows
from ingestctl.render.panel import Panel
from ingestctl.render.snapshot import Snapshot
from ingestctl.render.view import IngestionView

ECHO_WIDTH = len("^C")  # in the last column it would wrap, and Live would lose count of its rows
_WIDTH = 72
_TIMED_WIDTH = 98
_ROWS_BELOW = 2  # an outage; the cursor


def screen(snapshot: Snapshot[IngestionView], size: ConsoleDimensions, now: datetime) -> RenderableType:
    """Return a panel for each ingestion, with as many batches as fit the screen.

    If the screen is too small for all panels it is the compact screen.
    """
    width, rows = _room(snapshot, size)
    panels = [Panel(view, width, now) for view in snapshot.states]
    shares = _shares([panel.rows for panel in panels], rows - len(panels) + 1)
    if any(share < panel.least_rows for share, panel in zip(shares, panels, strict=True)):
        return compact_screen(snapshot, size, now)
    parts = [panel.within(share) for panel, share in zip(panels, shares, strict=True)]
    return Constrain(Group(*_apart(parts), *outage_rows(snapshot.outage)), width)


def compact_screen(snapshot: Snapshot[IngestionView], size: ConsoleDimensions, now: datetime) -> RenderableType:
    """Return one or two rows for each ingestion."""
    width, rows = _room(snapshot, size)
    shown = compact(snapshot.states, width, max(rows, 1), now)
    return Constrain(Group(shown, *outage_rows(snapshot.outage)), width)


def _room(snapshot: Snapshot[IngestionView], size: ConsoleDimensions) -> tuple[int, int]:
    timed = any(isinstance(view.whole, Ingestion) for view in snapshot.states)
    return min(_TIMED_WIDTH if timed else _WIDTH, size.width - ECHO_WIDTH), size.height - _ROWS_BELOW


def _shares(needs: Sequence[int], rows: int) -> list[int]:
    """Divide the rows evenly; rows that one panel does not need go to the others."""
    shares = [0] * len(needs)
    for given, place in enumerate(sorted(range(len(needs)), key=needs.__getitem__)):
        shares[place] = min(needs[place], rows // (len(needs) - given))
        rows -= shares[place]
    return shares


def _apart(parts: Sequence[RenderableType]) -> Iterator[RenderableType]:
    for place, part in enumerate(parts):
        yield from ["", part] if place else [part]
