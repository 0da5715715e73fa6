"""The lines of the log."""

import gc
import io
import json
import logging
import re
import weakref
from collections.abc import Callable, Iterator
from contextvars import copy_context
from threading import Event, Thread
from typing import Any

import pytest

from ingest_service.config import Settings
from ingest_service.errors import SettingError
from ingest_service.log_lines import formatter
from ingest_service.logs import LONGEST_TEXT, MOST_EVENTS, log_to
from ingest_service.web.http.request_id import request_id


@pytest.fixture(autouse=True)
def outside_of_requests() -> Iterator[None]:
    """Begin as a thread does that answers no request."""
    before = request_id.set(None)
    yield
    request_id.reset(before)


class Log:
    """A logger that writes into the memory."""

    def __init__(self, log_format: str, is_shared: bool = False) -> None:
        self._stream = io.StringIO()
        self.logger = logging.Logger("ingest_service.somewhere")
        taking, self._writing = log_to(self._stream, formatter(log_format, "blue-17", is_shared))
        self.logger.addHandler(taking)

    @property
    def text(self) -> str:
        """All that was written once the thread that writes has come to the end."""
        self._writing.start()
        self._writing.stop()
        return self._stream.getvalue()

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def human() -> Log:
    return Log("human")


@pytest.fixture
def programs() -> Log:
    return Log("json")


def in_request(name: str, act: Callable[[], None]) -> None:
    """Do something in a thread that answers the request of this name."""
    context = copy_context()
    context.run(request_id.set, name)
    context.run(act)


def fail(logger: logging.Logger) -> None:
    try:
        int("the ledger")
    except ValueError:
        logger.exception("it broke")


def test_people_read_when_how_grave_where_and_what(human: Log) -> None:
    human.logger.info("slot %d opened", 7, extra={"slot": 7})
    when = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}"
    assert re.fullmatch(rf"{when} INFO    ingest_service\.somewhere: slot 7 opened\n", human.text)


def test_people_read_the_second_and_the_millisecond_of_each_event() -> None:
    lines = formatter("human", "blue-17", is_shared=False)
    record = logging.LogRecord("somewhere", logging.INFO, "", 0, "late", None, None)
    usual = logging.Formatter("%(asctime)s")
    for created, milliseconds in ((1_795_313_284.0, 7.0), (1_795_313_284.5, 999.9), (1_795_313_285.5, 500.0)):
        record.created, record.msecs = created, milliseconds
        assert lines.format(record).startswith(f"{usual.formatTime(record)} INFO")


def test_people_read_which_replica_it_was_where_others_share_its_database() -> None:
    log = Log("human", is_shared=True)
    log.logger.info("slot 7 opened")
    assert log.text.endswith("INFO    blue-17 ingest_service.somewhere: slot 7 opened\n")


def test_a_replica_may_have_any_name() -> None:
    lines = formatter("human", "50%-{a}s$", is_shared=True)
    record = logging.LogRecord("somewhere", logging.INFO, "", 0, "late", None, None)
    assert lines.format(record).endswith("INFO    50%-{a}s$ somewhere: late")


def test_people_read_at_the_end_of_the_line_which_request_it_was(human: Log) -> None:
    in_request("abc-1", lambda: human.logger.info("ingestion accepted"))
    human.logger.info("slot opened")
    first, second = human.text.splitlines()
    assert first.endswith("somewhere: ingestion accepted [abc-1]")
    assert second.endswith("somewhere: slot opened")


def test_people_read_the_request_before_the_traceback(human: Log) -> None:
    in_request("abc-1", lambda: fail(human.logger))
    lines = human.text.splitlines()
    assert lines[0].endswith("it broke [abc-1]")
    assert lines[1] == "Traceback (most recent call last):"
    assert lines[-1] == "ValueError: invalid literal for int() with base 10: 'the ledger'"


def test_nobody_can_write_a_line_of_their_own_or_steer_the_terminal(human: Log) -> None:
    human.logger.info("nothing at %s", "/a\nfaked\r\x1b[2J\x9b")
    (line,) = human.text.splitlines()
    assert line.endswith(r"nothing at /a\x0afaked\x0d\x1b[2J\x9b")


def test_a_line_of_plain_characters_stays_one_line_too(human: Log) -> None:
    human.logger.info("nothing at %s", "/a\nfaked\x1b[2J")
    (line,) = human.text.splitlines()
    assert line.endswith(r"nothing at /a\x0afaked\x1b[2J")


def test_text_cannot_be_turned_around_or_broken_by_characters_beyond_ascii(human: Log) -> None:
    human.logger.info("nothing at /%s", "\u202eexe.\u2066\u200f\u2028\u2029\x85\ufeff\ud800\U000e0001")
    (line,) = human.text.splitlines()
    assert line.endswith(r"nothing at /\u202eexe.\u2066\u200f\u2028\u2029\x85\ufeff\ud800\U000e0001")


def test_text_in_other_languages_stays_readable(human: Log) -> None:
    human.logger.info("nothing at /%s", "Straße/日本語/عربى/😀")
    assert human.text.endswith("nothing at /Straße/日本語/عربى/😀\n")


def test_a_traceback_leaves_the_terminal_alone(human: Log) -> None:
    human.logger.error("it broke", exc_info=ValueError("\x1b[2J\u202e"))
    assert human.text.endswith("\nValueError: \\x1b[2J\\u202e\n")


@pytest.mark.parametrize("log_format", ["human", "json"])
def test_a_long_path_is_cut(log_format: str) -> None:
    log = Log(log_format)
    log.logger.info("POST %s: 404", "/" + 60_000 * "x", extra={"ingestion_id": 60_000 * "y"})
    (line,) = log.text.splitlines()
    assert " 56011 characters " in line
    assert "xxx: 404" in line
    assert len(line) < 2 * LONGEST_TEXT + 300


class Stalled(io.StringIO):
    """A stream that takes nothing until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.written_to = Event()
        self.released = Event()

    def write(self, text: str) -> int:
        self.written_to.set()
        self.released.wait()
        return super().write(text)


def test_lines_are_dropped_and_counted_while_the_log_is_not_read() -> None:
    stream = Stalled()
    logger = logging.Logger("ingest_service.somewhere")
    taking, writing = log_to(stream, formatter("human", "blue-17", is_shared=False))
    logger.addHandler(taking)
    writing.start()
    logger.info("the first")
    stream.written_to.wait()
    for number in range(MOST_EVENTS + 7):
        logger.info("event %d", number)
    assert taking.events.qsize() == MOST_EVENTS
    assert not writing.stop(grace=0)
    stream.released.set()
    assert writing.stop()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1 + 1 + MOST_EVENTS
    assert lines[1].endswith("WARNING ingest_service.logs: 7 log lines were dropped: the log was not read")
    assert lines[-1].endswith(f"event {MOST_EVENTS - 1}")


def test_an_event_that_waits_holds_no_object_of_its_thread() -> None:
    class Body:
        def __str__(self) -> str:
            return "a large one"

    logger = logging.Logger("ingest_service.somewhere")
    taking, _ = log_to(io.StringIO(), formatter("human", "blue-17", is_shared=False))
    logger.addHandler(taking)
    body = Body()
    held = weakref.ref(body)
    logger.info("refused %s", body)
    del body
    gc.collect()
    assert held() is None


def test_programs_read_one_object_a_line_with_every_field_of_the_event(programs: Log) -> None:
    programs.logger.info("slot %d opened", 7, extra={"slot": 7, "ids": 3})
    programs.logger.warning("two\nlines: “quoted”")
    first, second = programs.objects
    assert list(first) == ["time", "level", "logger", "message", "replica", "slot", "ids"]
    assert first["level"] == "INFO"
    assert first["logger"] == "ingest_service.somewhere"
    assert (first["message"], first["slot"], first["ids"]) == ("slot 7 opened", 7, 3)
    assert list(second) == ["time", "level", "logger", "message", "replica"]
    assert second["message"] == "two\nlines: “quoted”"


@pytest.mark.parametrize("is_shared", [False, True])
def test_programs_always_read_which_replica_it_was(is_shared: bool) -> None:
    log = Log("json", is_shared)
    log.logger.info("slot 7 opened")
    assert log.objects[0]["replica"] == "blue-17"


def test_programs_read_times_in_utc_with_milliseconds(programs: Log) -> None:
    record = logging.LogRecord("somewhere", logging.INFO, "", 0, "late", None, None)
    record.created = 1_795_313_284.578
    programs.logger.handle(record)
    assert programs.objects[0]["time"] == "2026-11-22T02:08:04.578Z"


def test_programs_read_the_request_where_there_is_one(programs: Log) -> None:
    in_request("abc-1", lambda: programs.logger.info("ingestion accepted"))
    programs.logger.info("slot opened")
    first, second = programs.objects
    assert first["request_id"] == "abc-1"
    assert "request_id" not in second


def test_programs_read_a_traceback_as_one_string(programs: Log) -> None:
    fail(programs.logger)
    (event,) = programs.objects
    assert list(event) == ["time", "level", "logger", "message", "replica", "exception"]
    assert event["exception"].startswith("Traceback (most recent call last):\n")
    assert event["exception"].endswith("ValueError: invalid literal for int() with base 10: 'the ledger'")


def test_a_field_that_json_does_not_know_never_loses_the_line(programs: Log) -> None:
    programs.logger.info("odd", extra={"odd": object, "odder": {1, 2}})
    (event,) = programs.objects
    assert event["message"] == "odd"


def test_people_are_the_default_and_another_format_than_these_two_is_refused() -> None:
    assert Settings.from_environ({}).log_format == "human"
    assert Settings.from_environ({"INGEST_LOG_FORMAT": "json"}).log_format == "json"
    with pytest.raises(SettingError) as refused:
        Settings.from_environ({"INGEST_LOG_FORMAT": "xml"})
    assert str(refused.value) == "INGEST_LOG_FORMAT=xml is not allowed: input should be 'human' or 'json'"


def test_an_event_is_taken_also_where_a_lock_of_the_handler_stays_taken() -> None:
    stream = io.StringIO()
    taking, _ = log_to(stream, formatter("human", "blue-17", False))
    taking.acquire()
    record = logging.LogRecord("somewhere", logging.INFO, "file", 1, "an event", None, None)
    other = Thread(target=taking.handle, args=[record], daemon=True)
    other.start()
    other.join(10)
    taken = taking.events.get_nowait()
    assert taken is not None
    assert taken.getMessage() == "an event"
