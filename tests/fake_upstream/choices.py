"""Behaviours that choose between others, or wait before them."""

from collections.abc import Callable, Mapping
from random import Random

from tests.fake_upstream.answers import processed
from tests.fake_upstream.arrivals import NANOSECONDS, Arrival
from tests.fake_upstream.behaviour import Behaviour
from tests.fake_upstream.peer import Peer


def choose(pick: Callable[[Arrival], Behaviour]) -> Behaviour:
    """Behave as `pick` says for each arrival: `choose(lambda arrival: cut() if arrival.attempt < 3 else ok())`."""
    return lambda arrival, peer: pick(arrival)(arrival, peer)


def for_ids(behaviours: Mapping[int, Behaviour], otherwise: Behaviour = processed) -> Behaviour:
    """Behave in one way for some ids and in another for all others."""
    return choose(lambda arrival: behaviours.get(arrival.record_id, otherwise))


def for_arrivals(behaviours: Mapping[int, Behaviour], otherwise: Behaviour = processed) -> Behaviour:
    """Behave in one way for some arrivals, numbered from 1 over all ids, and in another for all others."""
    return choose(lambda arrival: behaviours.get(arrival.number, otherwise))


def first(n: int, bad: Behaviour, then: Behaviour = processed) -> Behaviour:
    """Be bad for the first `n` attempts of every id."""
    return choose(lambda arrival: bad if arrival.attempt <= n else then)


def flapping(good: Behaviour, bad: Behaviour, every_seconds: float | None = None) -> Behaviour:
    """Be good and bad in turn: by the attempts of every id, or by the time since the upstream was opened."""
    return choose(lambda arrival: (good, bad)[_turn(arrival, every_seconds) % 2])


def sometimes(share: float, bad: Behaviour, then: Behaviour = processed, seed: int = 0) -> Behaviour:
    """Be bad for this share of the requests, chosen by seed, id and attempt: the same in every run."""

    def pick(arrival: Arrival) -> Behaviour:
        chance = Random(f"{seed}/{arrival.record_id}/{arrival.attempt}").random()
        return bad if chance < share else then

    return choose(pick)


def slow(seconds: float, then: Behaviour = processed) -> Behaviour:
    """Wait before the first byte."""

    def play(arrival: Arrival, peer: Peer) -> None:
        peer.wait(seconds)
        then(arrival, peer)

    return play


def _turn(arrival: Arrival, every_seconds: float | None) -> int:
    if every_seconds is None:
        return arrival.attempt - 1
    return arrival.age_ns // round(every_seconds * NANOSECONDS)
