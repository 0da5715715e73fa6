"""Figures: what a benchmark found, with the peer or the limit that it was measured against."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One ratio, or one amount where nothing can stand beside it.

    `what` and `against` are texts for readers, such as "durable POST of 7 ids" and "a bare Flask view".
    `value` has a `unit` ("times", "ms"); at least or at most `aim` of it is wanted, as `more_is_better` says.
    """

    what: str
    against: str
    value: float
    aim: float
    unit: str = "times"
    more_is_better: bool = True

    @property
    def is_met(self) -> bool:
        """Return whether the aim is reached."""
        return self.value >= self.aim if self.more_is_better else self.value <= self.aim

    def __str__(self) -> str:
        """Write it as one line."""
        bound = "≥" if self.more_is_better else "≤"
        against = f" against {self.against}" if self.against else ""
        verdict = "" if self.is_met else "  MISSED"
        return f"{self.what}{against}: {self.value:.3g} {self.unit} (aim {bound} {self.aim:g}){verdict}"


def show(figures: Iterable[Figure]) -> None:
    """Print figures as they come, a line each."""
    for figure in figures:
        print(figure, flush=True)
