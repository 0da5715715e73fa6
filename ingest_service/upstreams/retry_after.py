"""The header Retry-After."""

import logging
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
    wanted = _seconds(text.strip()) or _until(text.strip(), wall)
    if wanted is None or wanted <= 0:
        log.warning("an absurd Retry-After of the upstream is ignored: %.60r", text)
        return None
    return wanted


def _seconds(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()):
        return None
    return (int(text) if len(text) <= _DIGITS else 10**_DIGITS) * NANOSECONDS


def _until(text: str, wall: int) -> int | None:
    try:
        return round(parsedate_to_datetime(text).timestamp() * NANOSECONDS) - wall
    except (ValueError, OverflowError):
        return None
