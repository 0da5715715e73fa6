"""The header Retry-After, and how it writes seconds and dates."""

import logging
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

from ingest_service.clock import NANOSECONDS

log = logging.getLogger(__name__)

# A longer row of digits says no more than this one: for ever.
_DIGITS = 12
_NUMBER = re.compile(r"([0-9]+)(\.[0-9]+)?")
# Of the form of RFC 850, such as 06-Nov-94.
_SHORT_YEAR = re.compile(r"-[0-9]{2}\s")
_LEAP_SECOND = 60
# A short year is never taken for one that is further ahead than this (RFC 9110, section 5.6.7).
_YEARS_AHEAD = 50


def parse_retry_after(text: str | None, wall: int) -> int | None:
    """Return how many nanoseconds from `wall` (the wall clock) on the upstream wants to be left alone.

    The header is seconds, rounded up where they have a fraction, or a date in one of three forms (RFC 9110,
    section 10.2.3). None if it is missing, or absurd (negative, in the past, neither of the two), which is logged.
    """
    if text is None:
        return None
    seconds = whole_seconds(text)
    wanted = _until(text, wall) if seconds is None else seconds * NANOSECONDS
    if wanted is None or wanted < 0:
        log_absurd("Retry-After", text)
        return None
    return wanted


def whole_seconds(text: str) -> int | None:
    """Return a number of seconds, a fraction of one rounded up; None for anything else."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    whole, fraction = found[1], found[2] or ""
    return (int(whole) if len(whole) <= _DIGITS else 10**_DIGITS) + bool(fraction.strip(".0"))


def log_absurd(name: str, text: str) -> None:
    """Log that a header with this name makes no sense."""
    log.warning("an absurd %s of the upstream is ignored: %.60r", name, text)


def _until(text: str, wall: int) -> int | None:
    try:
        return round(_date(text, wall).timestamp() * NANOSECONDS) - wall
    except (ValueError, OverflowError):
        return None


def _date(text: str, wall: int) -> datetime:
    """Return a date in any form that is allowed, UTC if it names no zone. Raises ValueError and OverflowError."""
    parts = parsedate_tz(text)
    if parts is None:
        raise ValueError("not a date")
    year, month, day, hour, minute, second, *_, offset = parts
    leap = timedelta(seconds=second == _LEAP_SECOND)
    date = datetime(year, month, day, hour, minute, second - leap.seconds, tzinfo=UTC) + leap
    if _SHORT_YEAR.search(text):
        date = date.replace(year=_whole_year(year % 100, wall))
    return date - timedelta(seconds=offset or 0)


def _whole_year(short: int, wall: int) -> int:
    this_year = datetime.fromtimestamp(wall // NANOSECONDS, UTC).year
    year = this_year - this_year % 100 + short
    return year - 100 if year > this_year + _YEARS_AHEAD else year
