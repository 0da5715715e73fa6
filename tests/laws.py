"""The laws, checked against the calls that the upstream saw."""

from collections.abc import Sequence

CallSeen = tuple[int, int, int]


def most_starts_in_a_span(calls: Sequence[CallSeen], interval: int) -> int:
    """Return the most calls that started in any half-open span of one interval."""
    starts = sorted(start for _, start, _ in calls)
    return max((sum(start <= other < start + interval for other in starts) for start in starts), default=0)


def most_in_work(calls: Sequence[CallSeen]) -> int:
    """Return the most calls that were in work at the same time; an end makes room for a start."""
    edges = sorted([(start, 1) for _, start, _ in calls] + [(end, -1) for _, _, end in calls])
    in_work = most = 0
    for _, change in edges:
        in_work += change
        most = max(most, in_work)
    return most
