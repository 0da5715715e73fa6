"""What the program prints: a line for each arrival, and the summary."""

from tests.fake_upstream.arrivals import NANOSECONDS, Arrival
from tests.fake_upstream.server import FakeUpstream


def line(arrival: Arrival) -> str:
    """Return the line of an arrival that has ended: seconds since the start, id, attempt, status, how long."""
    took = ((arrival.ended_ns or arrival.started_ns) - arrival.started_ns) / NANOSECONDS
    answer = "---" if arrival.status is None else str(arrival.status)
    mark = "   <<< TOO FAST: the rate was broken" if arrival.refused else ""
    return (
        f"{arrival.age_ns / NANOSECONDS:10.3f} s   id {arrival.record_id:<10}   attempt {arrival.attempt:<3}"
        f"   {answer}   after {took:.3f} s{mark}"
    )


def summary(upstream: FakeUpstream, rate: int, window: float) -> str:
    """Return what came of it all."""
    return (
        f"{len(upstream.arrivals)} arrivals; at most {upstream.most_in_a_span()} in any {window:g} s"
        f" (allowed: {rate}); at most {upstream.most_in_work()} in work at once; {upstream.refused} refused"
    )
