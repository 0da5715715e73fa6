"""The verdict on an id after a call: an outcome, or another call later."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import CANCELLED, Answer, Call, Outcome, Retry, Slot, Uncalled, Verdict
from ingest_service.domain.refusals import Settled

LONGEST_BACKOFF = 3600 * NANOSECONDS


@dataclass(frozen=True, slots=True)
class RetryRules:
    """Calls for each id before its error is final, and the first backoff in nanoseconds.

    The backoff doubles with every attempt up to an hour, with full jitter: anything from nothing to all of it
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
    """

    max_attempts: int
    backoff: int
    random: Random = field(default_factory=Random)

    def of_slot(
        self, slot: Slot, settled: Settled, interval: int, clock: Clock, cancelled: Collection[int]
    ) -> list[Verdict]:
        """Return the verdict on each id of a slot; `cancelled` are sequences of cancelled ingestions.

        Slots open an `interval` apart.
        """
        least = settled.least_wait(interval)
        verdicts: list[Verdict] = []
        for batch, answered in slot.by_batch(list(zip(slot.ids, settled.calls, strict=True))):
            is_cancelled = batch.sequence in cancelled
            verdicts += self.verdicts(batch.attempts + 1, answered, clock, is_cancelled, least)
        return verdicts

    def verdicts(
        self,
        attempts: int,
        answered: Sequence[tuple[int, Call]],
        clock: Clock,
        cancelled: bool,
        least_of_refused: int,
    ) -> list[Verdict]:
        """Return the verdict on each id of a batch that had `attempts` calls; ids called again come back together.

        A call that was not made is no attempt, nor is one that was refused, whose id waits for `least_of_refused`
        nanoseconds at least. Ids of a cancelled ingestion are not called again.
        """
        wait = self._wait(attempts)
        retry = _retry_after(wait, attempts, clock)
        refused = _retry_after(max(wait, least_of_refused), attempts - 1, clock)
        return [
            self._verdict(record_id, call, refused if call.answer.refused else retry, attempts, cancelled)
            for record_id, call in answered
        ]

    def call_again(self, call: Call, attempts: int) -> bool:
        """Return whether an id is called again after a call, its `attempts`-th, unless it has been cancelled."""
        if call.answer.refused:
            return True
        may_pass = call.answer.error is not None and call.answer.retryable
        return may_pass and (attempts < self.max_attempts or not call.was_made)

    def _verdict(self, record_id: int, call: Call, retry: Retry, attempts: int, cancelled: bool) -> Verdict:
        if not call.was_made:
            return Outcome(record_id, error=CANCELLED, attempts=attempts - 1) if cancelled else Uncalled()
        if not cancelled and self.call_again(call, attempts):
            return retry
        return _outcome(record_id, call.answer, attempts)

    def _wait(self, attempts: int) -> int:
        return self.random.randint(0, min(LONGEST_BACKOFF, self.backoff * 2 ** (attempts - 1)))


def _retry_after(wait: int, attempts: int, clock: Clock) -> Retry:
    return Retry(attempts, clock.now() + wait, clock.wall() + wait)


def _outcome(record_id: int, answer: Answer, attempts: int) -> Outcome:
    return Outcome(record_id, answer.result, answer.error, attempts, answer.status)


def called_again(slot: Slot, verdicts: Sequence[Verdict]) -> Iterator[Entry]:
    """Yield an entry for ids of a batch that are called again together; they wait in it until they are due."""
    for batch, own_verdicts in slot.by_batch(verdicts):
        again: dict[tuple[int, int], list[int]] = {}
        for position, verdict in zip(batch.positions, own_verdicts, strict=True):
            if isinstance(verdict, Retry):
                again.setdefault((verdict.attempts, verdict.due), []).append(position)
        for (attempts, due), positions in again.items():
            yield Entry.of(batch.sequence, batch.ingestion, tuple(positions), attempts, due)
