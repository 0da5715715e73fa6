"""The findings of an audit against the promise."""

from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal["chain", "rate", "order", "ids"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# Of each kind.
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation in a sentence: of the `chain`, the `rate`, the `order`, or the `ids`."""

    kind: Kind
    sentence: str


@dataclass(slots=True)
class Findings:
    """The violations, counted by kind; the first of each kind are named."""

    counts: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    named: list[Finding] = field(default_factory=list)

    def add(self, kind: Kind, sentence: str) -> None:
        """Count a violation."""
        self.counts[kind] += 1
        if self.counts[kind] <= MOST_NAMED:
            self.named.append(Finding(kind, sentence))
