"""Lines of an upstream's log."""

import pytest

from ingestctl.audit.upstream_log import LoggedCall, LogReader, parsed

AT = 1_764_354_329.0


@pytest.mark.parametrize(
    ("line", "time", "resolution"),
    [
        ("1764354329 17", AT, 1.0),
        ("1764354329.25\t17", AT + 0.25, 0.01),
        ("2025-11-28T18:25:29Z,17", AT, 1.0),
        ("2025-11-28T19:25:29.250+01:00 17 anything else", AT + 0.25, 0.001),
        ('10.0.0.7 - - [28/Nov/2025:18:25:29 +0000] "GET /records/17 HTTP/1.1" 200 12', AT, 1.0),
        ('::1 - bob [28/Nov/2025:20:25:29 +0200] "GET /v1/17/?a=b HTTP/1.1" 200 1 "-" "agent/1.0 [x]"', AT, 1.0),
        ('1.2.3.4 - - [28/Nov/2025:18:25:29 +0000] "POST /find?kind=a&id=17 HTTP/1.1" 200 12', AT, 1.0),
        ('1.2.3.4 - - [2025-11-28T18:25:29.5Z] "GET /records/17 HTTP/1.1" 200 12', AT + 0.5, 0.1),
    ],
)
def test_a_line_has_a_time_and_an_id(line: str, time: float, resolution: float) -> None:
    assert parsed(line) == LoggedCall(17, time, resolution)


@pytest.mark.parametrize(
    "line",
    [
        "17",
        "yesterday 17",
        "1764354329 seventeen",
        "1764354329 0",
        "1764354329 1000000008",
        "2025-11-28T18:25:29 17",
        '1.2.3.4 - - [28/Nov/2025:18:25:29 +0000] "GET /health HTTP/1.1" 200 12',
        '1.2.3.4 - - [today] "GET /records/17 HTTP/1.1" 200 12',
        '1.2.3.4 - - [28/Nov/2025:18:25:29 +0000] "GET http://[/17 HTTP/1.1" 200 12',
    ],
)
def test_another_line_is_none(line: str) -> None:
    assert parsed(line) is None


def test_lines_that_are_no_calls_are_counted_and_the_first_is_named() -> None:
    reader = LogReader()
    calls = list(reader.calls(["# time id\n", "\n", "1764354329 1\n", "what\n", "1764354330 2\n", "?\n"]))
    assert [call.record_id for call in calls] == [1, 2]
    assert (reader.lines, reader.unread, reader.first_unread) == (6, 2, 4)
