"""Behaviours that are made of other behaviours: they choose between them, or wait first."""

from collections.abc import Callable, Mapping
from random import Random

from ingest_service.clock import NANOSECONDS
from ingest_service.upstreams.fake.answers import processed
from ingest_service.upstreams.fake.arrivals import Arrival
from ingest_service.upstreams.fake.behaviour import Behaviour
from ingest_service.upstreams.fake.connection import Connection


def choose(pick: Callable[[Arrival], Behaviour]) -> Behaviour:
    """Behave as `pick` says for each arrival: `choose(lambda arrival: cut() if arrival.attempt < 3 else ok())`."""
    return lambda arrival, connection: pick(arrival)(arrival, connection)


def for_ids(behaviours: Mapping[int, Behaviour], otherwise: Behaviour = processed) -> Behaviour:
    """Use the behaviour of the id, and `otherwise` for ids that have none."""
    return choose(lambda arrival: behaviours.get(arrival.record_id, otherwise))


def for_arrivals(behaviours: Mapping[int, Behaviour], otherwise: Behaviour = processed) -> Behaviour:
    """Use the behaviour of the arrival's number (from 1, over all ids), and `otherwise` for all others."""
    return choose(lambda arrival: behaviours.get(arrival.number, otherwise))


def first(n: int, bad: Behaviour, then: Behaviour = processed) -> Behaviour:
    """Use `bad` for the first `n` attempts of every id, then `then`."""
    return choose(lambda arrival: bad if arrival.attempt <= n else then)


def flapping(good: Behaviour, bad: Behaviour, every_seconds: float | None = None) -> Behaviour:
    """Alternate between `good` and `bad`: per attempt of an id, or by the time since the upstream was created."""
    return choose(lambda arrival: (good, bad)[_turn(arrival, every_seconds) % 2])


def sometimes(share: float, bad: Behaviour, then: Behaviour = processed, seed: int = 0) -> Behaviour:
    """Use `bad` for this share of the requests, chosen by seed, id and attempt: the same in every run."""

    def pick(arrival: Arrival) -> Behaviour:
        # Repeatable on purpose, and nothing secret depends on it.
        chance = Random(f"{seed}/{arrival.record_id}/{arrival.attempt}").random()  # noqa: S311
        return bad if chance < share else then

    return choose(pick)


def slow(seconds: float, then: Behaviour = processed) -> Behaviour:
    """Wait before the behaviour `then`."""

    def play(arrival: Arrival, connection: Connection) -> None:
        connection.wait(seconds)
        then(arrival, connection)

    return play


def _turn(arrival: Arrival, every_seconds: float | None) -> int:
    if every_seconds is None:
        return arrival.attempt - 1
    return arrival.age_ns // round(every_seconds * NANOSECONDS)
