"""The hash chain, computed again from what the ledger says."""

from collections.abc import Iterable

from ingest_service.audit.findings import Findings
from ingest_service.domain.audited import AuditedSlot, RemovedRun
from ingest_service.domain.chain import GENESIS, calls_hash, closing_link, opening_link


class ChainCheck:
    """Follows the links from slot to slot. One thread.

    `first` and `last` are the links that the ledger begins and ends with, None without any. A slot of an older
    program has no link, or none that covers its end (in a database with replicas that one of those ended).
    """

    def __init__(self, findings: Findings, noted: bytes | None = None) -> None:
        """Begin with the first slot; `noted` is a link that must be in the chain."""
        self._findings = findings
        self._noted = noted
        self._before: int | None = None
        self.first: bytes | None = None
        self.last: bytes | None = None
        self.first_broken: int | None = None
        self.linked = 0
        self.unlinked = 0

    def add(self, slot: AuditedSlot, removed: Iterable[RemovedRun]) -> None:
        """Judge the next slot, which these runs were removed before."""
        for run in removed:
            self._pass(run)
        if slot.link is None:
            self.unlinked += 1
            self._before = slot.number
            return
        self._judge(slot, slot.link)
        self._note(slot.number, slot.link)
        self.linked += 1

    def end(self) -> None:
        """Judge the end of the ledger."""
        if self._noted is not None:
            self._findings.add("chain", f"the noted hash {self._noted.hex()} is not in the chain")

    def _judge(self, slot: AuditedSlot, link: bytes) -> None:
        hash_of_calls = slot.calls_hash or b""
        if not slot.is_thinned and calls_hash(call[:3] for call in slot.calls) != hash_of_calls:
            self._break(slot.number, f"the calls of slot {slot.number} are not those that it was opened with")
        opening = opening_link(
            self._previous, slot.number, slot.opened_at, slot.replica, slot.opening, hash_of_calls
        )
        # The last link of an audit while the slot was open: its end has replaced it.
        self._find(opening)
        if slot.closed_at is None:
            expected = opening
        else:
            expected = closing_link(opening, slot.closed_at, slot.closing or "", slot.lag, slot.fates)
        if link == expected:
            return
        if link == opening and slot.fates is None:
            self.unlinked += 1
            return
        self._break(
            slot.number,
            f"slot {slot.number} does not follow {self._predecessor()}: its row was changed, or rows were removed "
            "or put elsewhere between the two",
        )

    def _pass(self, run: RemovedRun) -> None:
        """Step over slots that were removed with history."""
        # One that has grown since the last page may begin before the place that the audit has come to.
        has_grown = self._before is not None and run.first <= self._before
        if not has_grown and run.before != self._previous:
            slots = f"slots {run.first} to {run.last}"
            self._break(run.first, f"{slots}, removed with history, do not follow {self._predecessor()}")
        self._note(run.last, run.link)

    @property
    def _previous(self) -> bytes:
        return GENESIS if self.last is None else self.last

    def _note(self, number: int, link: bytes) -> None:
        if self.first is None:
            self.first = link
        self._before, self.last = number, link
        self._find(link)

    def _find(self, link: bytes) -> None:
        if link == self._noted:
            self._noted = None

    def _predecessor(self) -> str:
        return "the beginning of the chain" if self._before is None else f"slot {self._before}"

    def _break(self, number: int, sentence: str) -> None:
        if self.first_broken is None:
            self.first_broken = number
        self._findings.add("chain", sentence)
