"""Spans of time."""

from collections.abc import Sequence
from itertools import pairwise

# From and until, in nanoseconds on the monotonic clock.
Span = tuple[int, int]


def overlap(one: Span, other: Span) -> bool:
    """Return whether two spans have a time in common."""
    return one[0] <= other[1] and other[0] <= one[1]


def uncovered(span: Span, covering: Sequence[Span]) -> int:
    """Return how much of a span is in none of the others."""
    edges = sorted({*span, *(edge for other in covering for edge in other if span[0] < edge < span[1])})
    return sum(
        until - since
        for since, until in pairwise(edges)
        if not any(other[0] <= since and until <= other[1] for other in covering)
    )
