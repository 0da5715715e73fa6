"""The verdict of a check of the self-test."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Figures = Mapping[str, int | float | str]


class State(StrEnum):
    """The end of a check: one that was not made here has found nothing out."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a check: one sentence for a person, and the figures for a report."""

    state: State
    sentence: str
    figures: Figures = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The finding of a check that has a name."""

    check: str
    finding: Finding


def judged(fault: str | None, good: str, figures: Figures) -> Finding:
    """Return a finding that says the fault, or what is good where there is none."""
    return Finding(State.PASSED, good, figures) if fault is None else Finding(State.FAILED, fault, figures)
