"""Screens of ingestions, drawn at one moment for the tests."""

import io
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from rich.console import Console, ConsoleDimensions

from ingestctl.errors import UnreachableError
from ingestctl.models import Status
from ingestctl.render.screen import screen
from ingestctl.render.snapshot import Snapshot
from ingestctl.render.view import IngestionView
from tests.cli.timetable import view as view_of

START = datetime(2026, 11, 22, 8, 33, 20, 408000, UTC)
NOW = datetime(2026, 11, 22, 14, 3, 26, tzinfo=timezone(timedelta(hours=5, minutes=30)))
COMPLETED, TRIGGERED, YET_TO_START, CANCELLED = (
    Status.COMPLETED,
    Status.TRIGGERED,
    Status.YET_TO_START,
    Status.CANCELLED,
)


def drawn(*views: IngestionView, width: int, height: int, outage: str = "") -> list[str]:
    """Return the rows of the screen that shows these ingestions."""
    snapshot = Snapshot(views, UnreachableError(outage) if outage else None)
    console = Console(file=io.StringIO(), width=width, height=height)
    with console.capture() as capture:
        console.print(screen(snapshot, ConsoleDimensions(width, height), NOW))
    return [row.rstrip() for row in capture.get().splitlines()]


def view(*statuses: Status, **changed: Any) -> IngestionView:
    """Return the view of batches that run every 5 seconds from 14:03:20 on."""
    return view_of(*statuses, **{"start": START, **changed})
