"""A store that forgets when the process ends: for tests, and the shortest description of what a store does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from ingest_service.clock import Clock
from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import Outcome, Slip, Slot, Verdict
from ingest_service.domain.model import Ingestion, Priority, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.errors import KeyReused
from ingest_service.ports.store import SLIPS_KEPT
from ingest_service.stores.kept import Kept
from ingest_service.stores.memory_reading import MemoryReading


@dataclass(frozen=True, slots=True)
class _Keyed:
    """The ingestion that came with an idempotency key, as it was then."""

    sequence: int
    ingestion: Ingestion


class MemoryStore(MemoryReading):
    """Fits the port `Store`. What it keeps outlives `stop` and `start`, so that tests can crash around it."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._accepted = 0
        self._keys: dict[str, _Keyed] = {}

    def start(self) -> None:
        """Begin to answer."""
        self._alive = True

    def stop(self) -> None:
        """Answer no more."""
        self._alive = False

    def add(self, submission: Submission, accepted: Callable[[Entry], None], key: str | None = None) -> UUID:
        """Keep a submission; the lock keeps the calls of `accepted` in order."""
        with self._locked():
            known = None if key is None else self.resubmitted(submission, key)
            if known is not None:
                return known
            entry = self._insert(submission)
            if key is not None:
                self._keys[key] = _Keyed(entry.sequence, entry.ingestion)
            accepted(entry)
            return submission.id

    def resubmitted(self, submission: Submission, key: str) -> UUID | None:
        """Return the id of the ingestion that came with this key."""
        with self._locked():
            if key not in self._keys:
                return None
            before = self._keys[key].ingestion
            if _content(submission) != _content(before):
                raise KeyReused(key)
            return before.id

    def cancel(self, sequence: int, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        """Let nothing more of an ingestion be released."""
        with self._locked():
            if sequence in self._kept:
                self._kept[sequence].cancel(outcomes, self._clock.wall())

    def reprioritise(self, sequence: int, priority: Priority) -> None:
        """Keep another priority."""
        with self._locked():
            if sequence in self._kept:
                kept = self._kept[sequence]
                kept.ingestion = replace(kept.ingestion, priority=priority)

    def pause(self, at: int | None) -> None:
        """Keep since when an operator has paused the dispatcher."""
        with self._locked():
            self._paused_at = at

    def add_slips(self, slips: Mapping[int, Slip]) -> None:
        """Keep the latest slips."""
        with self._locked():
            for sequence in slips.keys() & self._kept.keys():
                kept = self._kept[sequence]
                kept.slips = [slips[sequence], *kept.slips][:SLIPS_KEPT]

    def prune(self, ended_before: int, keys_before: int, most: int) -> bool:
        """Remove some ingestions, or else every slot that has no calls left and every old key."""
        with self._locked():
            ended = [kept for kept in self._kept.values() if self._ended(kept, ended_before)][:most]
            for kept in ended:
                self._remove(kept)
            return bool(ended) or self._book.forget_empty() or self._forget_keys(keys_before)

    def open_slot(self, slot: Slot) -> None:
        """Write down a slot."""
        with self._locked():
            self._book.open(slot)
            for batch in slot.batches:
                self._kept[batch.sequence].release(batch)

    def close_slot(self, slot: Slot, verdicts: Sequence[Verdict], started: int, paused_until: int | None) -> None:
        """Keep the verdicts."""
        with self._locked():
            self._book.close(slot, started, self._clock.wall())
            self._paused_until = paused_until or self._paused_until
            for batch, own_verdicts in slot.by_batch(verdicts):
                self._kept[batch.sequence].close(batch, own_verdicts)

    def _insert(self, submission: Submission) -> Entry:
        self._accepted += 1
        ingestion = Ingestion.of(submission, self._clock.wall())
        self._kept[self._accepted] = self._by_id[ingestion.id] = Kept(self._accepted, ingestion)
        return Entry.of(self._accepted, ingestion, range(len(ingestion.ids)))

    def _ended(self, kept: Kept, before: int) -> bool:
        """Whether nothing of an ingestion waits or is open since then."""
        times = [self._book.account(kept.sequence, kept.failed).ended_at, kept.cancelled_at]
        return kept.progress.ended and max(at for at in times if at is not None) < before

    def _remove(self, kept: Kept) -> None:
        del self._kept[kept.sequence]
        del self._by_id[kept.ingestion.id]
        self._book.prune(kept.sequence)
        self._keys = {key: keyed for key, keyed in self._keys.items() if keyed.sequence != kept.sequence}

    def _forget_keys(self, before: int) -> bool:
        left = {key: keyed for key, keyed in self._keys.items() if keyed.ingestion.created_at >= before}
        fewer = len(left) < len(self._keys)
        self._keys = left
        return fewer


def _content(submission: Submission) -> tuple[Priority, int | None, PackedIds]:
    return submission.priority, submission.deadline, submission.ids
