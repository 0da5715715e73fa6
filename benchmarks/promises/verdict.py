"""The verdict on a trial: judged by the record of the upstream alone, and by which ids were accepted."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ingest_service.upstreams.fake.arrivals import Arrival, most_in_a_span


@dataclass(frozen=True, slots=True)
class Verdict:
    """The numbers that were counted: calls, and ids that were accepted.

    `worst` is the most calls that began in one half-open interval. `closest_ns` is the shortest time from a call
    to the one that is `limit` calls later, None with fewer calls: below the interval, the limit was broken. An id
    is `lost` if it was accepted and no call of it was answered, and `repeated` if more than one was.
    """

    calls: int
    worst: int
    closest_ns: int | None
    accepted: int
    lost: int
    repeated: int


def judge(arrivals: Sequence[Arrival], accepted: Collection[int], limit: int, interval_ns: int) -> Verdict:
    """Judge what arrived, in any order; ids are different from each other."""
    starts = sorted(arrival.started_ns for arrival in arrivals)
    answers = answers_of(arrivals)
    spans = [last - first for first, last in zip(starts, starts[limit:], strict=False)]
    return Verdict(
        calls=len(arrivals),
        worst=most_in_a_span(starts, interval_ns),
        closest_ns=min(spans, default=None),
        accepted=len(accepted),
        lost=len(set(accepted) - answers.keys()),
        repeated=sum(times > 1 for times in answers.values()),
    )


def answers_of(arrivals: Sequence[Arrival]) -> Counter[int]:
    """Return how often each id was answered. To a client that is gone no answer begins."""
    return Counter(arrival.record_id for arrival in arrivals if arrival.status is not None)
