"""A moment and how far it is away, on one line; `now` brings the time zone of the reader."""

from datetime import datetime

from cli.times import clock, how_soon, span


def ahead(time: datetime | None, now: datetime) -> str:
    """Return a time that is expected, "unknown" if it is not known."""
    return f"{clock(time, now)}, {how_soon(time, now)}" if time else "unknown"


def behind(time: datetime | None, now: datetime) -> str:
    """Return a time that has passed, "" if it is not known."""
    return f"{clock(time, now)}, {span(max(now, time) - time)} ago" if time else ""
