"""Figures: what a benchmark found, with the peer or the limit that it was measured against."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor, log10


class CannotRunError(Exception):
    """Raised by `figures()` where the machine lacks what the benchmark, or the rest of it, needs: says what."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One ratio, or one amount where nothing can stand beside it.

    `what` and `against` are texts for readers, such as "durable POST of 7 ids" and "a bare Flask view".
    `value` has a `unit` ("times", "ms"); at least or at most `aim` of it is wanted, as `more_is_better` says, or
    nothing is and the figure only informs. `note` says to readers why an aim is missed; it is shown only then.
    """

    what: str
    against: str
    value: float
    aim: float | None = None
    unit: str = "times"
    more_is_better: bool = True
    note: str = ""

    @property
    def is_met(self) -> bool:
        """Return whether the aim is reached; without an aim nothing is missed."""
        if self.aim is None:
            return True
        return self.value >= self.aim if self.more_is_better else self.value <= self.aim

    @property
    def measured(self) -> str:
        """Return the value with its unit: three digits that count, or all of a larger number."""
        decimals = max(0, 2 - floor(log10(abs(self.value)))) if self.value else 0
        return f"{self.value:,.{decimals}f} {self.unit}"

    @property
    def wanted(self) -> str:
        """Return the aim with its direction, or nothing if there is none."""
        return "" if self.aim is None else f"{'≥' if self.more_is_better else '≤'} {self.aim:,g}"

    @property
    def compared(self) -> str:
        """Return what was measured, with what it was compared with."""
        return f"{self.what} against {self.against}" if self.against else self.what

    def __str__(self) -> str:
        """Write it as one line."""
        aim = f" (aim {self.wanted})" if self.wanted else ""
        verdict = "" if self.is_met else f"  MISSED: {self.note}" if self.note else "  MISSED"
        return f"{self.compared}: {self.measured}{aim}{verdict}"


def show(figures: Iterable[Figure]) -> None:
    """Print figures as they come, a line each."""
    for figure in figures:
        print(figure, flush=True)
