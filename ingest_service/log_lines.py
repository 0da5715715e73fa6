"""Lines of the log, for people or for programs."""

import logging
import unicodedata

from pythonjsonlogger.json import JsonFormatter

from ingest_service.clock import NANOSECONDS
from ingest_service.web.http.times import rfc3339

_NAMES = {"asctime": "time", "levelname": "level", "name": "logger", "exc_info": "exception"}

# Paths come from clients; a line must stay a line, and leave the terminal alone: no control characters (Cc), none
# that turn the direction of text (Cf), no ends of lines and paragraphs (Zl, Zp), no halves of characters (Cs).
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


class _Visible(dict[int, str]):
    """Table for `str.translate`; it learns each character at its first occurrence."""

    def __missing__(self, code: int) -> str:
        shown = _escaped(code) if unicodedata.category(chr(code)) in _HIDDEN else chr(code)
        # There are about a million characters; only these are met often.
        if code < 0x3000:
            self[code] = shown
        return shown


def _escaped(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_VISIBLE = _Visible()


def _visible(text: str) -> str:
    """Return a text without hidden characters; most have none, and to see that takes a fraction of the time."""
    return text if text.isprintable() else text.translate(_VISIBLE)


class Lines(logging.Formatter):
    """For people: with the name of this process, if it is given, and at the end that of the event's request."""

    def __init__(self, replica: str | None) -> None:
        named = "" if replica is None else f"{replica.replace('%', '%%')} "
        super().__init__(f"%(asctime)s %(levelname)-7s {named}%(name)s: %(message)s")
        self._second = 0, ""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        """Return when the event happened; the lines of one second share its text."""
        second, text = self._second
        if second != int(record.created):
            second = int(record.created)
            text = super().formatTime(record, self.default_time_format)
            self._second = second, text
        return f"{text},{int(record.msecs):03d}"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """Return the line."""
        line = _visible(super().formatMessage(record))
        return f"{line} [{record.request_id}]" if hasattr(record, "request_id") else line

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the lines of a traceback behind it."""
        return "\n".join(map(_visible, super().format(record).split("\n")))


class JsonLines(JsonFormatter):
    """For programs: one JSON object a line, with every field that the event has, times in UTC (RFC 3339).

    Every line has the name of this process.
    """

    def __init__(self, replica: str) -> None:
        static = {"replica": replica}
        super().__init__(["asctime", "levelname", "name", "message"], rename_fields=_NAMES, static_fields=static)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        """Return when the event happened."""
        return rfc3339(int(record.created * NANOSECONDS))


def formatter(log_format: str, replica: str, is_shared: bool) -> logging.Formatter:
    """Return what makes lines in the format "human" or "json".

    People read the name of this process only where others share its database: their logs may be read as one.
    """
    return JsonLines(replica) if log_format == "json" else Lines(replica if is_shared else None)
