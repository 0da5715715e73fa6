"""The log: one line for each event, for people or for programs."""

import logging
from logging.handlers import QueueHandler, QueueListener
from queue import SimpleQueue
from typing import TextIO

from pythonjsonlogger.json import JsonFormatter

from ingest_service.clock import NANOSECONDS
from ingest_service.web.http.request_id import request_id
from ingest_service.web.http.times import rfc3339

_NAMES = {"asctime": "time", "levelname": "level", "name": "logger", "exc_info": "exception"}

# Paths come from clients; a line must stay a line, and leave the terminal alone.
_VISIBLE = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}


class Lines(logging.Formatter):
    """For people: an event that belongs to a request ends with the request's id."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """Return the line."""
        line = super().formatMessage(record).translate(_VISIBLE)
        return f"{line} [{record.request_id}]" if hasattr(record, "request_id") else line


class JsonLines(JsonFormatter):
    """For programs: one JSON object a line, with every field that the event has, times in UTC (RFC 3339)."""

    def __init__(self) -> None:
        super().__init__(["asctime", "levelname", "name", "message"], rename_fields=_NAMES)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        """Return when the event happened."""
        return rfc3339(int(record.created * NANOSECONDS))


class RequestName(logging.Filter):
    """Passes every event, and adds the name of the request that its thread answers, if any."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Name the request."""
        name = request_id.get()
        if name is not None:
            record.request_id = name
        return True


FORMATS: dict[str, type[logging.Formatter]] = {"human": Lines, "json": JsonLines}


class HandingOver(QueueHandler):
    """Hands events over as they are, from any thread.

    Threads that wrote for themselves would wait for each other at every line, and answer few requests.
    """

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Leave the event as it is: it stays in this process."""
        return record


def log_to(stream: TextIO, log_format: str) -> tuple[logging.Handler, QueueListener]:
    """Return a handler of events, and the listener that writes them to a stream in one of FORMATS.

    Start the listener, and stop it once at the end, which writes the events that are left.
    """
    events: SimpleQueue[logging.LogRecord] = SimpleQueue()
    taking = HandingOver(events)
    taking.addFilter(RequestName())
    writing = logging.StreamHandler(stream)
    writing.setFormatter(FORMATS[log_format]())
    return taking, QueueListener(events, writing)
