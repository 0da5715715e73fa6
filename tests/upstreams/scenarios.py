"""The bad upstreams: the behaviour of each, and the expected end of every id."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from ingest_service.upstreams.fake import (
    Behaviour,
    choose,
    cut,
    drip,
    drip_headers,
    empty,
    first,
    flapping,
    for_arrivals,
    for_ids,
    garbage,
    half_json,
    hang,
    hang_up,
    html,
    huge,
    ok,
    redirect,
    reset_before,
    reset_in_body,
    slow,
    sometimes,
    status,
    too_many,
)

IDS = (1, 2, 3, 4)
# Much longer than a good answer takes on a busy machine, and shorter than those that drip.
IMPATIENT = 2.0
PATIENT = 10.0


@dataclass(frozen=True)
class End:
    """The end of an id: its attempts (None: any number), and a result or the start of an error."""

    attempts: int | None
    error: str | None = None


@dataclass(frozen=True)
class Scenario:
    """A bad upstream. `pause` is the number of seconds without a call after a 403, a 429 or a 503.

    `burns_calls`: there are calls that are no attempts.
    """

    name: str
    behaviour: Behaviour
    others: End
    ends: Mapping[int, End] = field(default_factory=dict)
    pause: float = 0
    timeout: float = PATIENT
    max_attempts: int = 4
    burns_calls: bool = False

    def end(self, record_id: int) -> End:
        return self.ends.get(record_id, self.others)


AT_ONCE = End(1)
SECOND_TIME = End(2)
SOMETIME = End(None)
FAILED_500 = End(4, "HTTP 500 Internal Server Error")


def passing(name: str, bad: Behaviour, pause: float = 0, timeout: float = PATIENT) -> Scenario:
    """Be bad at the first call for every id, and good from then on."""
    return Scenario(name, first(1, bad), SECOND_TIME, pause=pause, timeout=timeout)


def for_one(name: str, bad: Behaviour, end: End) -> Scenario:
    """Be bad for one id and good for all others."""
    return Scenario(name, for_ids({2: bad}), AT_ONCE, {2: end})


def at_two(bad: Behaviour) -> Behaviour:
    """Be bad at the first call for id 2 only: the arrivals of the others show if it holds them up."""
    return for_ids({2: first(1, bad)})


def asking(name: str, bad: Behaviour, pause: float = 0) -> Scenario:
    """Ask for a pause at the first call for id 2."""
    return Scenario(name, at_two(bad), AT_ONCE, {2: SECOND_TIME}, pause)


def used_up(code: int, prefix: str, reset: str, left: str = "0") -> Behaviour:
    """Answer with this status and the two headers of a limit."""
    return status(code, headers={f"{prefix}-Remaining": left, f"{prefix}-Reset": reset})


def reset_at(seconds: float) -> Behaviour:
    """Answer 403, and the time in some seconds at which there are calls again."""
    return choose(lambda _: used_up(403, "X-RateLimit", str(int(time.time() + seconds))))


def expired(calls: int) -> Behaviour:
    """Answer the first calls, whatever their ids, as for a key that has expired."""
    return for_arrivals(dict.fromkeys(range(1, calls + 1), status(401, b'{"error": "The key has expired"}')))


def until(seconds: float) -> Behaviour:
    """Answer 429 and the date in some seconds; dates have no fractions, so it may be a second less."""
    return choose(lambda _: too_many(format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)))


SCENARIOS = [
    passing("hang", hang(), timeout=IMPATIENT),
    passing("drip", drip(every_seconds=0.2), timeout=IMPATIENT),
    passing("drip headers", drip_headers(every_seconds=0.2), timeout=IMPATIENT),
    passing("reset before the body", reset_before()),
    passing("reset in the middle of the body", reset_in_body()),
    passing("hang up", hang_up()),
    passing("cut off the body", cut()),
    passing("empty body", empty()),
    passing("half JSON", half_json()),
    passing("garbage", garbage()),
    passing("500", status(500)),
    passing("502 with a page", html()),
    passing("408", status(408)),
    passing("425", status(425)),
    asking("429 for a second", too_many("1"), pause=1),
    asking("503 for a second", too_many("1", 503), pause=1),
    asking("429 until a date, believed for a second", until(10), pause=1),
    asking("429 for 30 years, believed for a second", too_many("1000000000"), pause=1),
    asking("429 with 5,000 digits", too_many("9" * 5000), pause=1),
    asking("429 with a negative pause", too_many("-5")),
    asking("429 until a date in the past", too_many("Sun, 06 Nov 1994 08:49:37 GMT")),
    asking("429 with garbage", too_many("soon\x00")),
    asking("429 without a header", status(429)),
    asking("429 with a fraction", too_many("0.5"), pause=1),
    asking("403 for a second", too_many("1", 403), pause=1),
    asking("429 of the draft", status(429, headers={"RateLimit": '"a";r=3;t=9, "b";r=0;t=1'}), pause=1),
    asking("429 of the older draft", used_up(429, "RateLimit", "1"), pause=1),
    asking("429 with a reset", used_up(429, "X-Rate-Limit", "1"), pause=1),
    asking("403 until a time, believed for a second", reset_at(10), pause=1),
    asking("429 with a reset and calls left", used_up(429, "RateLimit", "9", left="1")),
    asking("503 without a header", status(503)),
    for_one("401 for one id", status(401), End(1, "HTTP 401 Unauthorized")),
    for_one("403 for one id", status(403), End(1, "HTTP 403 Forbidden")),
    Scenario("a key that expired and was mended", expired(7), AT_ONCE, max_attempts=1, burns_calls=True),
    Scenario("a key that expired for one call", expired(3), AT_ONCE, max_attempts=1, burns_calls=True),
    for_one("404", status(404), End(1, "HTTP 404 Not Found")),
    for_one("redirect", redirect("/items/9"), End(1, "HTTP 302 Found: redirects are not followed")),
    for_one("huge body", huge(100_000_000), End(1, "the answer is larger than")),
    for_one("one id of three fails for ever", status(500), FAILED_500),
    Scenario("everything fails for ever", status(500), FAILED_500),
    Scenario("slower than the interval", slow(0.5), AT_ONCE),
    Scenario("flapping by the call", flapping(reset_before(), ok()), SECOND_TIME),
    Scenario("flapping by the time", flapping(hang_up(), ok(), 0.5), SOMETIME, max_attempts=50),
    Scenario("sometimes broken", sometimes(0.5, status(503)), SOMETIME, max_attempts=50),
]
