"""The opening of a slot: chosen and written down in one transaction under the gate."""

from collections.abc import Callable

from ingest_service.backlog.backlog import Backlog
from ingest_service.clock import Clock
from ingest_service.domain.ledger import Slot
from ingest_service.domain.model import Batch
from ingest_service.domain.usage import Usage
from ingest_service.stores.postgres.changes import Change, insert_changes
from ingest_service.stores.postgres.gate import Gate, GateTransaction
from ingest_service.stores.postgres.releasing import insert_slot
from ingest_service.stores.postgres.replicas import Replica
from ingest_service.stores.postgres.rules import Rules
from ingest_service.stores.postgres.sight import SeenSlot, Sight
from ingest_service.stores.postgres.state import SlotState, StateQuery
from ingest_service.stores.postgres.waiting import Heads, HeadsQuery
from ingest_service.stores.sql.links import LAST_SLOT, LastLink


class SlotOpener:
    """Opens the next slot, if the last one still is as it was seen. One thread; blocks on the database."""

    def __init__(
        self,
        gate: Gate,
        replica: Replica,
        rules: Rules,
        clock: Clock,
        sight: Sight,
        usage: Callable[[], Usage],
    ) -> None:
        """`usage` returns what quotas count up to the slot that was seen last."""
        self._gate = gate
        self._replica = replica
        self._times = rules.times
        self._rate = rules.rate
        self._clock = clock
        self._sight = sight
        self._usage = usage

    def open(self) -> Slot | None:
        """Choose and write down a slot; None where that must not be now.

        Another replica was faster, something is new about the last slot, an operator has paused, nothing waits, or
        what waits does not fit into a quota.
        Raises StoreError, and CommitNotCertain where the slot may be written down.
        """
        with self._gate.transaction() as transaction:
            with transaction.reading() as connection:
                state_query = StateQuery(connection, self._replica)
                heads_query = HeadsQuery(connection, self._rate.slot_size)
                last_link = LastLink(connection, LAST_SLOT)
            state, at = state_query.result(), self._clock.now()
            if not self._may_open(state, at):
                return None
            slot = self._chosen(heads_query.result(), state, at)
            return self._written(transaction, slot, state, last_link.result()) if slot.batches else None

    def _may_open(self, state: SlotState, at: int) -> bool:
        """Compare again, now that no other replica can change it."""
        is_new = not self._sight.is_as_seen(state.slot)
        self._sight.note(state.slot, at)
        return not is_new and state.slot.is_closed and state.paused_at is None and at >= self._sight.due

    def _chosen(self, heads: Heads, state: SlotState, at: int) -> Slot:
        """Choose by the same rule as the forecast, and let the grant to call run from now on.

        It is counted from before the commit is sent, so nothing is called after it by the clock of any other
        replica, which sees the commit later.
        """
        backlog = Backlog()
        backlog.load(heads.entries)
        usage = self._usage() if self._rate.quotas else None
        batches = backlog.take(self._rate, at, state.probing, usage) if heads.entries else ()
        ids = tuple(heads.ids[batch.sequence, position] for batch in batches for position in batch.positions)
        until = self._clock.fence() + self._times.grant
        return Slot(state.slot.number + 1, self._clock.boot(), at, state.wall, batches, ids, until)

    def _written(self, transaction: GateTransaction, slot: Slot, state: SlotState, link: bytes) -> Slot:
        times = self._times.with_interval(state.longest_interval)
        with transaction.writing() as connection:
            insert_slot(connection, slot, self._replica, times, link)
            insert_changes(connection, [_released(batch) for batch in slot.batches], state.pending)
        opened = SeenSlot(slot.number, self._replica.owner, False, 0, times, state.slot.timeline)
        self._sight.note_opened(opened, self._clock.now())
        return slot


def _released(batch: Batch) -> Change:
    return Change(batch.sequence, ids=-len(batch.positions))
