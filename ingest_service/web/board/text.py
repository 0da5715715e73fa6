"""Values as the templates write them: numbers, lengths, times in UTC, and text of others made safe to read."""

import re
from datetime import UTC, datetime

from ingest_service.clock import NANOSECONDS
from ingest_service.limits import in_words

_MILLISECOND = NANOSECONDS // 1000
# C0, DEL and C1, line separators, controls of the direction of writing (UAX #9), lone surrogates.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_NARROW_SPACE = "\u202f"


def shown(text: str) -> str:
    """Return a text on one line, with its control characters written as escapes; HTML is left to the template."""
    return _CONTROL.sub(lambda control: f"\\u{ord(control[0]):04x}", text)


def number(count: int) -> str:
    """Return a count with narrow spaces between the thousands."""
    return f"{count:,}".replace(",", _NARROW_SPACE)


def plural_for(noun: str, count: int) -> str:
    """Return the noun for a number of things."""
    return noun if count == 1 else f"{noun}s"


def span(seconds: int) -> str:
    """Return a length in its two greatest units."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours:02} h"
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"


def until(time: int, now: int) -> str:
    """Return how long it is until a time, as the difference that clocks show of the two: "in 3 s", or "now"."""
    seconds = _left(time, now)
    return f"in {span(seconds)}" if seconds else "now"


def left(time: int, now: int) -> str:
    """Return the same where "in" is already said: "3 s", or "now"."""
    seconds = _left(time, now)
    return span(seconds) if seconds else "now"


def digits(time: int, now: int) -> str:
    """Return the same in digits: minutes and seconds, with hours only where there are any."""
    minutes, seconds = divmod(_left(time, now), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def _left(time: int, now: int) -> int:
    return max(0, time // NANOSECONDS - now // NANOSECONDS)


def measured(nanoseconds: int) -> str:
    """Return a measured length: in milliseconds where it is short, with them up to a minute."""
    if nanoseconds < NANOSECONDS:
        return f"{nanoseconds // _MILLISECOND} ms"
    seconds, rest = divmod(nanoseconds, NANOSECONDS)
    return f"{seconds}.{rest // _MILLISECOND:03} s" if seconds < 60 else span(seconds)


def window(nanoseconds: int) -> str:
    """Return the window of a limit as the settings write it."""
    return in_words(nanoseconds / NANOSECONDS)


def clock(wall: int, now: int | None = None) -> str:
    """Return a time of the wall clock in UTC: the time of day, with the date before it if now is another day."""
    moment = datetime.fromtimestamp(wall // NANOSECONDS, UTC)
    is_today = now is None or moment.date() == datetime.fromtimestamp(now // NANOSECONDS, UTC).date()
    return f"{moment:%H:%M:%S}" if is_today else f"{moment:%Y-%m-%d %H:%M:%S}"


def in_full(wall: int) -> str:
    """Return a time of the wall clock to the millisecond, in UTC."""
    moment = datetime.fromtimestamp(wall // NANOSECONDS, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{wall % NANOSECONDS // _MILLISECOND:03} UTC"
