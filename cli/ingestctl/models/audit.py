"""The audit of the whole ledger."""

from msgspec import Struct

from ingestctl.models.response import Response


class AuditedLimit(Struct, frozen=True):
    """At most `ids` starts in any `seconds`: the most calls in a window, the shortest time of one too many."""

    ids: int
    seconds: float
    most_calls: int
    smallest_span_seconds: float | None


class AuditedChain(Struct, frozen=True):
    """The hash chain: slots with a hash and without one; `first_broken` does not follow from the one before."""

    slots: int
    slots_without: int
    first_hash: str | None
    last_hash: str | None
    first_broken: int | None


class Violation(Struct, frozen=True):
    """A violation of the chain, the rate, the order or the ids, in a sentence."""

    kind: str
    sentence: str


class Audit(Response, frozen=True):
    """Figures of the whole ledger; `violations` are counted by kind, and the first ones are `named`."""

    clean: bool
    slots: int
    calls: int
    empty_seats: int
    ingestions: int
    outcomes: int
    clock: str
    clock_changes: int
    limits: tuple[AuditedLimit, ...]
    chain: AuditedChain
    violations: dict[str, int]
    named: tuple[Violation, ...]
