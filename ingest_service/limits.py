"""Limits of a rate as people write them: 100/1m, 2000/1d."""

import re
from dataclasses import dataclass
from itertools import pairwise

# From the largest on, for the shortest way to write a window.
_SECONDS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
_LIMIT = re.compile(r"([0-9]{1,9})/([0-9]{1,9}(?:\.[0-9]{1,9})?|)([smhd])")
MOST_IDS_IN_A_SLOT = 1000
SHORTEST_SECONDS = 0.001
LONGEST_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `ids` starts in any window of these seconds."""

    ids: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.ids}/{in_words(self.seconds).replace(' ', '')}"


def in_words(seconds: float) -> str:
    """Return a length of time in the largest unit in which it is a whole number, else in seconds."""
    unit = next((name for name, length in _SECONDS.items() if seconds % length == 0), "s")
    return f"{seconds / _SECONDS[unit]:g} {unit}"


def read_limits(text: str) -> tuple[Limit, ...]:
    """Return the limits that a text lists, the shortest window first. Raises ValueError with a sentence.

    A longer window must allow more ids than a shorter one: a full slot would never fit otherwise, or the shorter
    limit would mean nothing.
    """
    limits = sorted(map(_limit, text.split(",")), key=lambda limit: limit.seconds)
    for shorter, longer in pairwise(limits):
        if shorter.seconds == longer.seconds:
            raise ValueError(f"{shorter} and {longer} are limits of the same window: it should be one of them")
        if shorter.ids >= longer.ids:
            raise ValueError(f"{longer} should allow more ids than {shorter}, which is shorter")
    _require_slot(limits[0])
    return tuple(limits)


def _limit(text: str) -> Limit:
    found = _LIMIT.fullmatch(text.strip())
    if found is None or int(found[1]) == 0:
        raise ValueError("it should be like 100/1m, 2000/1d: ids and their window, in s, m, h or d")
    return Limit(int(found[1]), float(found[2] or 1) * _SECONDS[found[3]])


def _require_slot(shortest: Limit) -> None:
    """Raise ValueError for a shortest limit that cannot be a slot."""
    if shortest.ids > MOST_IDS_IN_A_SLOT:
        raise ValueError(f"{shortest} should allow {MOST_IDS_IN_A_SLOT} ids at most, as the shortest limit")
    if not SHORTEST_SECONDS <= shortest.seconds <= LONGEST_SECONDS:
        raise ValueError(f"the shortest window should be from {SHORTEST_SECONDS:g} s to 1 d")
