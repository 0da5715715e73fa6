"""Deadlines as a person writes them."""

import re
from datetime import datetime, time, timedelta

from ingestctl.errors import UsageError

_AHEAD = re.compile(r"\+(?=\d)(?:(\d{1,5})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,8})s)?")
_CLOCK = re.compile(r"\d{2}:\d{2}(:\d{2})?")
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})?")


def parse_deadline(text: str, now: datetime) -> datetime:
    """Return the time with its offset from RFC 3339, a local time of day (the next one), or a span from `now`.

    Raises UsageError if it is none of these.
    """
    try:
        if match := _AHEAD.fullmatch(text):
            return now + _span(match)
        if _CLOCK.fullmatch(text):
            return _next(time.fromisoformat(text), now)
        if _TIMESTAMP.fullmatch(text):
            return datetime.fromisoformat(text.upper()).astimezone()
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{text!r} is not a valid time: {error}.") from error
    raise UsageError(
        f"{text!r} is not a valid time: write 17:30 or +2h30m, or with a date 2026-11-22T17:30:00+01:00."
    )


def _span(match: re.Match[str]) -> timedelta:
    days, hours, minutes, seconds = (int(count or 0) for count in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _next(clock: time, now: datetime) -> datetime:
    """Return the next time of day; `astimezone` takes a time without an offset as local, with daylight saving."""
    today = datetime.combine(now.date(), clock)
    return today.astimezone() if today.astimezone() > now else (today + timedelta(days=1)).astimezone()
