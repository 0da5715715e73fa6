"""Limits that the fake upstream enforces."""

import re
from dataclasses import dataclass

from ingest_service.clock import NANOSECONDS

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_WRITTEN = re.compile(r"([0-9]+)/([0-9]+(?:\.[0-9]+)?)([smhd])")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `ids` may arrive in any half-open span of `window_ns`. Raises ValueError for a limit of nothing."""

    ids: int
    window_ns: int

    def __post_init__(self) -> None:
        if self.ids < 1 or self.window_ns < 1:
            raise ValueError(f"the ids and the window should be above zero, not {self.ids} in {self.window_ns} ns")

    def __str__(self) -> str:
        """Return it in words."""
        return f"at most {self.ids} ids in any {self.seconds:g} s"

    @property
    def seconds(self) -> float:
        """Length of the window."""
        return self.window_ns / NANOSECONDS


def parse_limit(text: str) -> Limit:
    """Return a limit that is written like 3/5s or 2000/1d. Raises ValueError with what is allowed."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError("it should be like 3/5s, 100/1m, 1000/1h or 2000/1d")
    return Limit(int(found[1]), round(float(found[2]) * _SECONDS[found[3]] * NANOSECONDS))
