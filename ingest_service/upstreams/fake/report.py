"""Lines that the program prints: one for each arrival, and the summary."""

from ingest_service.clock import NANOSECONDS
from ingest_service.upstreams.fake.arrivals import Arrival
from ingest_service.upstreams.fake.server import FakeUpstream


def line(arrival: Arrival) -> str:
    """Return the line of an arrival that has ended: seconds since the start, id, attempt, status, duration."""
    took = ((arrival.ended_ns or arrival.started_ns) - arrival.started_ns) / NANOSECONDS
    answer = "---" if arrival.status is None else str(arrival.status)
    mark = "   <<< TOO FAST: a limit was broken" if arrival.refused else ""
    return (
        f"{arrival.age_ns / NANOSECONDS:10.3f} s   id {arrival.record_id:<10}   attempt {arrival.attempt:<3}"
        f"   {answer}   after {took:.3f} s{mark}"
    )


def summary(upstream: FakeUpstream) -> str:
    """Return the totals of a run in one sentence."""
    spans = "; ".join(
        f"at most {upstream.most_in_a_span(limit)} in any {limit.seconds:g} s (allowed: {limit.ids})"
        for limit in upstream.limits
    )
    return (
        f"{len(upstream.arrivals)} arrivals; {spans}; at most {upstream.most_in_work()} in work at once; "
        f"{upstream.refused} refused"
    )
