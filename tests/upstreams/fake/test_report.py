"""Lines that the program prints."""

from ingest_service.upstreams.fake import (
    Arrival,
    FakeUpstream,
    hang_up,
    parse_limit,
)
from ingest_service.upstreams.fake.report import line, summary
from tests.upstreams.fake.asking import (
    StillClock,
    asked,
    codes,
    everything,
)


def test_the_line_of_an_arrival_has_time_id_attempt_status_and_duration() -> None:
    arrival = Arrival(
        number=4,
        record_id=1_000_000_007,
        attempt=2,
        opened_ns=10,
        started_ns=1_500_000_010,
        headers={},
        refused=False,
        status=200,
        ended_ns=1_750_000_010,
    )
    assert line(arrival) == "     1.500 s   id 1000000007   attempt 2     200   after 0.250 s"


def test_the_line_of_a_refused_arrival_is_marked() -> None:
    ended: list[Arrival] = []
    with FakeUpstream(rate=1, now=StillClock(), on_end=ended.append) as upstream:
        codes(upstream, [5, 5])
    assert ["TOO FAST" in line(arrival) for arrival in ended] == [False, True]


def test_the_line_of_an_arrival_without_an_answer_has_no_status() -> None:
    ended: list[Arrival] = []
    with FakeUpstream(behaviour=hang_up(), on_end=ended.append) as upstream, asked(upstream) as connection:
        everything(connection)
    assert " --- " in line(ended[0])


def test_the_summary_counts() -> None:
    with FakeUpstream(rate=2, window=0.5, now=StillClock()) as upstream:
        codes(upstream, [1, 2, 3])
    assert summary(upstream) == (
        "3 arrivals; at most 3 in any 0.5 s (allowed: 2); at most 1 in work at once; 1 refused"
    )


def test_the_summary_counts_for_each_limit() -> None:
    limits = [parse_limit("2/0.5s"), parse_limit("9/1m")]
    with FakeUpstream(limits=limits, now=StillClock()) as upstream:
        codes(upstream, [1, 2])
    assert summary(upstream) == (
        "2 arrivals; at most 2 in any 0.5 s (allowed: 2); at most 2 in any 60 s (allowed: 9); "
        "at most 1 in work at once; 0 refused"
    )
