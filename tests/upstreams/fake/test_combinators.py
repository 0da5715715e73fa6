"""Behaviours that choose between others, or wait first."""

import pytest

from ingest_service.upstreams.fake import (
    FakeUpstream,
    choose,
    first,
    flapping,
    for_arrivals,
    for_ids,
    ok,
    slow,
    sometimes,
    status,
)
from ingest_service.upstreams.fake.answers import good_response
from tests.upstreams.fake.asking import (
    AN_ARRIVAL,
    MANY,
    RecordingConnection,
    StillClock,
    ask,
    behaving,
    codes,
)


def test_a_slow_answer_waits_before_the_first_byte() -> None:
    connection = RecordingConnection()
    slow(7)(AN_ARRIVAL, connection)
    assert connection.steps == [7, good_response(5)]


def test_a_wait_is_not_shorter_than_asked() -> None:
    with behaving(slow(0.005)) as upstream:
        ask(upstream)
    (arrival,) = upstream.arrivals
    assert arrival.ended_ns is not None
    assert arrival.ended_ns - arrival.started_ns >= 5_000_000


def test_some_ids_behave_differently() -> None:
    with behaving(for_ids({5: status(500), 6: status(404)})) as upstream:
        assert codes(upstream, [4, 5, 6, 5]) == [200, 500, 404, 500]


def test_some_arrivals_behave_differently_for_any_id() -> None:
    with behaving(for_arrivals({2: status(500)}, otherwise=status(201))) as upstream:
        assert codes(upstream, [4, 5, 6]) == [201, 500, 201]


def test_the_first_attempts_of_every_id_are_bad() -> None:
    with behaving(first(2, status(500))) as upstream:
        assert codes(upstream, [5, 5, 6, 5, 6, 6]) == [500, 500, 500, 200, 500, 200]


def test_behaviours_compose() -> None:
    with behaving(for_ids({5: first(1, status(500), then=slow(0.001, status(201)))})) as upstream:
        assert codes(upstream, [5, 5, 6]) == [500, 201, 200]


def test_a_function_chooses() -> None:
    with behaving(choose(lambda arrival: status(200 + arrival.record_id + arrival.attempt))) as upstream:
        assert codes(upstream, [5, 5, 6]) == [206, 207, 207]


def test_flapping_goes_by_attempts() -> None:
    with behaving(flapping(ok(), status(500))) as upstream:
        assert codes(upstream, [5, 5, 6, 5]) == [200, 500, 200, 200]


def test_flapping_can_go_by_time() -> None:
    clock = StillClock()
    with FakeUpstream(MANY, behaviour=flapping(ok(), status(500), 0.5), now=clock) as upstream:
        seen = codes(upstream, [5, 5])
        clock.time += 500_000_000
        seen += codes(upstream, [5, 5])
        clock.time += 500_000_000
        seen += codes(upstream, [5])
    assert seen == [200, 200, 500, 500, 200]


@pytest.mark.parametrize(("share", "expected"), [(0, {200}), (1, {500}), (0.5, {200, 500})])
def test_a_share_fails_and_always_the_same(share: float, expected: set[int]) -> None:
    runs = []
    for _ in range(2):
        with behaving(sometimes(share, status(500), seed=7)) as upstream:
            runs.append(codes(upstream, list(range(20))))
    assert runs[0] == runs[1]
    assert set(runs[0]) == expected
