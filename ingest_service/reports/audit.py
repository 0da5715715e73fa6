"""The audit of the whole ledger, read page by page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ingest_service.audit.chain import ChainCheck
from ingest_service.audit.findings import Finding, Findings, Kind
from ingest_service.audit.order import OrderCheck
from ingest_service.audit.rate import LimitCheck, RateCheck
from ingest_service.domain.audited import AuditedSlot, RemovedRun, SlotPage
from ingest_service.domain.rate import RateLimit
from ingest_service.ports.engine import Intake
from ingest_service.ports.ledger import Ledger

PAGE = 200


@dataclass(frozen=True, slots=True)
class LimitFigures:
    """The most calls in a window of a limit, and the shortest time of one call more (None: there were too few)."""

    ids: int
    window: int
    most: int
    span: int | None


@dataclass(frozen=True, slots=True)
class ChainFigures:
    """The hash chain: slots with and without a link, the first and the last link, the first broken slot."""

    linked: int
    unlinked: int
    first: bytes | None
    last: bytes | None
    first_broken: int | None


@dataclass(frozen=True, slots=True)
class AuditReport:
    """Figures and violations of the ledger. Times of the slots are of `clocks` clocks, one after the other.

    `monotonic`: none of them is a wall clock, which may have been set. `violations` are counted by kind, and
    `named` are the first ones.
    """

    slots: int
    calls: int
    empty_seats: int
    ingestions: int
    outcomes: int
    limits: tuple[LimitFigures, ...]
    clocks: int
    monotonic: bool
    chain: ChainFigures
    violations: dict[Kind, int]
    named: tuple[Finding, ...]


class AuditReports:
    """Audits the ledger. Any thread; blocks on the store, for a minute where there are a million slots.

    Each page is of one moment; between two pages `give_way` may block. The memory does not grow with the slots.
    Raises StoreError.
    """

    def __init__(self, ledger: Ledger, intake: Intake) -> None:
        self._ledger = ledger
        self._intake = intake

    def read(self, noted: bytes | None = None, give_way: Callable[[], None] = lambda: None) -> AuditReport:
        """Judge all that is written down by now; `noted` is a link of a former audit, to be found in the chain."""
        audit = _Audit(self._intake.snapshot().rate, noted)
        for page in self._slot_pages(give_way):
            audit.add(page)
        audit.end()
        self._judge_ingestions(audit, give_way)
        self._judge_outcomes(audit, give_way)
        return audit.report()

    def _slot_pages(self, give_way: Callable[[], None]) -> Iterator[SlotPage]:
        after, is_last = 0, False
        while not is_last:
            give_way()
            page = self._ledger.audit_slots(after, PAGE)
            yield page
            is_last = len(page.slots) < PAGE
            after = page.slots[-1].number if page.slots else after

    def _judge_ingestions(self, audit: "_Audit", give_way: Callable[[], None]) -> None:
        after = 0
        while page := self._ledger.audit_ingestions(after, PAGE):
            give_way()
            audit.ingestions += len(page)
            for one in page:
                if one.expected is not None and one.outcomes != one.expected:
                    audit.findings.add(
                        "ids",
                        f"ingestion {one.id} is over, but {one.outcomes} of its {one.expected} ids have outcomes",
                    )
            after = page[-1].sequence

    def _judge_outcomes(self, audit: "_Audit", give_way: Callable[[], None]) -> None:
        after: tuple[int, int] | None = (0, -1)
        while after is not None:
            give_way()
            page, after = self._ledger.audit_outcomes(after, PAGE)
            audit.outcomes += len(page)
            for one in page:
                if not one.least <= one.attempts <= one.most:
                    audit.findings.add(
                        "ids",
                        f"id {one.record_id} of ingestion {one.ingestion_id} ended after {one.attempts} calls, "
                        f"but the ledger has {one.least}",
                    )


class _Audit:
    """All checks of one audit, and what they count."""

    def __init__(self, rate: RateLimit, noted: bytes | None) -> None:
        self.findings = Findings()
        self._seats = rate.slot_size
        self._chain = ChainCheck(self.findings, noted)
        self._rate = RateCheck(rate.limits, self.findings)
        self._order = OrderCheck(self.findings)
        self._slots = self._calls = self._empty = 0
        self.ingestions = self.outcomes = 0

    def add(self, page: SlotPage) -> None:
        """Judge a page of the ledger."""
        removed = list(page.removed)
        for slot in page.slots:
            self._judge(slot, _before(removed, slot.number))
        for number, calls in page.homeless:
            self.findings.add("chain", f"slot {number} is missing: the ledger has {calls} calls of it")

    def end(self) -> None:
        """Judge the end of the ledger."""
        self._chain.end()

    def report(self) -> AuditReport:
        """Return what was found."""
        chain = self._chain
        return AuditReport(
            slots=self._slots,
            calls=self._calls,
            empty_seats=self._empty,
            ingestions=self.ingestions,
            outcomes=self.outcomes,
            limits=tuple(map(_figures, self._rate.limits)),
            clocks=self._rate.clocks,
            monotonic=self._rate.is_monotonic,
            chain=ChainFigures(chain.linked, chain.unlinked, chain.first, chain.last, chain.first_broken),
            violations=self.findings.counts,
            named=tuple(self.findings.named),
        )

    def _judge(self, slot: AuditedSlot, removed: list[RemovedRun]) -> None:
        self._slots += 1
        self._calls += slot.made
        self._empty += 0 if slot.is_thinned else max(0, self._seats - slot.made)
        self._chain.add(slot, removed)
        self._rate.add(slot)
        self._order.add(slot)


def _before(removed: list[RemovedRun], number: int) -> list[RemovedRun]:
    """Take out the runs before a slot."""
    count = sum(run.first < number for run in removed)
    taken, removed[:] = removed[:count], removed[count:]
    return taken


def _figures(check: LimitCheck) -> LimitFigures:
    return LimitFigures(check.limit.ids, check.limit.window, check.most, check.span)
