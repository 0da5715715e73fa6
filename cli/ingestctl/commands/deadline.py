"""Deadlines as a person writes them."""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta

from ingestctl.errors import UsageError

_AHEAD = re.compile(r"\+(?=\d)(?:(\d{1,5})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,8})s)?")
_CLOCK = re.compile(r"\d{2}:\d{2}(:\d{2})?")
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})?")


def parse_deadline(text: str, now: Callable[[], datetime]) -> datetime:
    """Return the time with its offset from RFC 3339, a local time of day (the next one), or a span from `now`.

    `now` is called for the last two only. Raises UsageError if it is none of these, or a local time that does
    not exist or occurs twice, because the clocks change.
    """
    try:
        if match := _AHEAD.fullmatch(text):
            return now() + _span(match)
        if _CLOCK.fullmatch(text):
            return _next(time.fromisoformat(text), now().astimezone())
        if _TIMESTAMP.fullmatch(text):
            written = datetime.fromisoformat(text.upper())
            return written.astimezone() if written.tzinfo else _only(written)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{text!r} is not a valid time: {error}.") from error
    raise UsageError(
        f"{text!r} is not a valid time: write 17:30 or +2h30m, or with a date 2026-11-22T17:30:00+01:00."
    )


def _span(match: re.Match[str]) -> timedelta:
    days, hours, minutes, seconds = (int(count or 0) for count in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _next(clock: time, now: datetime) -> datetime:
    """Return the next time of day, today or tomorrow."""
    today = datetime.combine(now.date(), clock)
    return _only(today if today.replace(fold=1).astimezone() > now else today + timedelta(days=1))


def _only(local: datetime) -> datetime:
    """Return a local time with its offset; raises UsageError if the clocks skip or repeat it.

    A time that is skipped or repeated has two readings with two offsets (PEP 495).
    """
    first, second = (local.replace(fold=fold).astimezone() for fold in (0, 1))
    before, after = _offset(first), _offset(second)
    if before < after:
        raise UsageError(
            f"There is no {local}, for the clocks go forward then: write {_written(second)}, for example."
        )
    if before > after:
        raise UsageError(
            f"{local} comes twice, for the clocks go back: write {_written(first)} or {_written(second)}."
        )
    return first


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()


def _written(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
