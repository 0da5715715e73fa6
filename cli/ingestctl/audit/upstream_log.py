"""The log of an upstream: lines of text with a time and an id.

A line is a time (seconds since 1970, or RFC 3339) and an id, or a line of an access log in the common or the
combined format, with the id as the last part of the path or as a value of the query.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, unquote, urlsplit

from ingestctl.models import GREATEST_ID

_ACCESS = re.compile(r'\[(?P<time>[^\]]+)\] "[A-Z]+ (?P<target>\S+)')
_ACCESS_TIME = "%d/%b/%Y:%H:%M:%S %z"
_EPOCH = re.compile(r"\d+(\.(?P<fraction>\d+))?")
_FRACTION = re.compile(r":\d\d\.(\d+)")
_BETWEEN = re.compile(r"[\s,;]+")
_ID = re.compile(r"\d{1,10}")


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """A call as the upstream wrote it down: seconds since 1970, of a clock that shows steps of `resolution`."""

    record_id: int
    time: float
    resolution: float


@dataclass(slots=True)
class LogReader:
    """Reads lines. `unread` counts those that are not calls, and `first_unread` names the first (from 1)."""

    lines: int = 0
    unread: int = 0
    first_unread: int | None = None

    def calls(self, lines: Iterable[str]) -> Iterator[LoggedCall]:
        """Yield the calls; empty lines and comments (`#`) say nothing."""
        for line in lines:
            self.lines += 1
            text = line.strip()
            if not text or text.startswith("#"):
                continue
            call = parsed(text)
            if call is not None:
                yield call
                continue
            self.unread += 1
            self.first_unread = self.first_unread or self.lines


def parsed(line: str) -> LoggedCall | None:
    """Return the call of a line, None if it is none."""
    if access := _ACCESS.search(line):
        time, record_id = _access_time(access["time"]), _id_of_target(access["target"])
    else:
        words = _BETWEEN.split(line)
        time, record_id = _time(words[0]), _id(words[1]) if len(words) > 1 else None
    if time is None or record_id is None:
        return None
    return LoggedCall(record_id, *time)


def _access_time(text: str) -> tuple[float, float] | None:
    try:
        return datetime.strptime(text, _ACCESS_TIME).timestamp(), 1.0
    except ValueError:
        return _time(text)


def _time(text: str) -> tuple[float, float] | None:
    """Return a time and the resolution that it is written with."""
    if epoch := _EPOCH.fullmatch(text):
        return float(text), _resolution(epoch["fraction"])
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    fraction = _FRACTION.search(text)
    return (time.timestamp(), _resolution(fraction and fraction[1])) if time.tzinfo else None


def _resolution(fraction: str | None) -> float:
    return 1.0 if not fraction else 10.0 ** -len(fraction)


def _id_of_target(target: str) -> int | None:
    """Return the id in the target of a request: the last part of its path, else the first id in its query."""
    try:
        url = urlsplit(target)
    except ValueError:
        return None
    last = unquote(url.path).rstrip("/").rpartition("/")[2]
    return next(filter(None, map(_id, (last, *(value for _, value in parse_qsl(url.query))))), None)


def _id(text: str) -> int | None:
    number = int(text) if _ID.fullmatch(text) else 0
    return number if 1 <= number <= GREATEST_ID else None
