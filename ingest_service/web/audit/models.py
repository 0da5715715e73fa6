"""The answer about the ledger as a whole."""

from typing import Literal, Self

from ingest_service.audit.findings import Finding, Kind
from ingest_service.clock import NANOSECONDS
from ingest_service.reports.audit import AuditReport, ChainFigures, LimitFigures
from ingest_service.web.http.fields import Count, Number, ResponseModel


class AuditedLimit(ResponseModel):
    """A limit of the rate: at most `ids` start in any `seconds`.

    `most_calls` is the most calls that any such window may have had, and `smallest_span_seconds` the shortest time
    that one call more than `ids` may have taken, null where there were no more calls.
    """

    ids: Count
    seconds: float
    most_calls: Count
    smallest_span_seconds: float | None

    @classmethod
    def of(cls, limit: LimitFigures) -> Self:
        """Return the answer about a limit."""
        return cls(
            ids=limit.ids,
            seconds=limit.window / NANOSECONDS,
            most_calls=limit.most,
            smallest_span_seconds=None if limit.span is None else limit.span / NANOSECONDS,
        )


class AuditedChain(ResponseModel):
    """The hash chain of the slots: how many have a hash, how many came before there were any.

    `first_broken` is the first slot that does not follow from the one before it, null where all do.
    """

    slots: Count
    slots_without: Count
    first_hash: str | None
    last_hash: str | None
    first_broken: Number | None

    @classmethod
    def of(cls, chain: ChainFigures) -> Self:
        """Return the answer about the chain."""
        return cls(
            slots=chain.linked,
            slots_without=chain.unlinked,
            first_hash=None if chain.first is None else chain.first.hex(),
            last_hash=None if chain.last is None else chain.last.hex(),
            first_broken=chain.first_broken,
        )


class Violations(ResponseModel):
    """The number of violations of each kind."""

    chain: Count
    rate: Count
    order: Count
    ids: Count


class Violation(ResponseModel):
    """A violation, in a sentence."""

    kind: Kind
    sentence: str

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """Return the answer about a violation."""
        return cls(kind=finding.kind, sentence=finding.sentence)


class Audit(ResponseModel):
    """Figures of the whole ledger, and what in it breaks the promise; the first violations of each kind are named.

    `clock` is wall where times are of a clock that may have been set. Windows over a change of the clock, such as
    a restart of the machine, are not judged; there were `clock_changes`.
    """

    clean: bool
    slots: Count
    calls: Count
    empty_seats: Count
    ingestions: Count
    outcomes: Count
    clock: Literal["monotonic", "wall"]
    clock_changes: Count
    limits: list[AuditedLimit]
    chain: AuditedChain
    violations: Violations
    named: list[Violation]

    @classmethod
    def of(cls, report: AuditReport) -> Self:
        """Return the answer about a report."""
        return cls(
            clean=not any(report.violations.values()),
            slots=report.slots,
            calls=report.calls,
            empty_seats=report.empty_seats,
            ingestions=report.ingestions,
            outcomes=report.outcomes,
            clock="monotonic" if report.monotonic else "wall",
            clock_changes=max(0, report.clocks - 1),
            limits=list(map(AuditedLimit.of, report.limits)),
            chain=AuditedChain.of(report.chain),
            violations=Violations(**report.violations),
            named=list(map(Violation.of, report.named)),
        )
