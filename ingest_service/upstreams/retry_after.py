"""The header Retry-After."""

import logging
from datetime import UTC
from email.utils import parsedate_to_datetime

from ingest_service.clock import NANOSECONDS

log = logging.getLogger(__name__)

# A longer row of digits says no more than this one: for ever.
_DIGITS = 12


def parse_retry_after(text: str | None, wall: int) -> int | None:
    """Return how many nanoseconds from `wall` (the wall clock) on the upstream wants to be left alone.

    The header is whole seconds or a date (RFC 9110, section 10.2.3). None if it is missing, or absurd
    (negative, in the past, neither seconds nor a date), which is logged.
    """
    if text is None:
        return None
    digits = text.strip()
    wanted = _seconds(digits) if digits.isascii() and digits.isdigit() else _until(digits, wall)
    if wanted is None or wanted < 0:
        log.warning("an absurd Retry-After of the upstream is ignored: %.60r", text)
        return None
    return wanted


def _seconds(digits: str) -> int:
    return (int(digits) if len(digits) <= _DIGITS else 10**_DIGITS) * NANOSECONDS


def _until(text: str, wall: int) -> int | None:
    try:
        date = parsedate_to_datetime(text)
        # The form of asctime names no zone: it is UTC, not the zone of this machine.
        return round(date.replace(tzinfo=date.tzinfo or UTC).timestamp() * NANOSECONDS) - wall
    except (ValueError, OverflowError):
        return None
