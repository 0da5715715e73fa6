"""The end of a slot: closed with its outcomes, lost, or taken back before a call was made."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest_service.clock import Clock
from ingest_service.domain.chain import fates_of
from ingest_service.domain.ledger import Call, Slot, Verdict
from ingest_service.domain.refusals import Refusals, depend_on_others, settle
from ingest_service.stores.postgres.changes import Change, PendingQuery, insert_changes
from ingest_service.stores.postgres.gate import Gate, GateTransaction
from ingest_service.stores.postgres.releasing import (
    OpenCalls,
    ReleaseStates,
    SlotEnd,
    WaitingId,
    insert_pause,
    insert_verdicts,
    insert_waiting,
    mark_ended,
    seal,
    waiting_ids,
)
from ingest_service.stores.postgres.replicas import Replica
from ingest_service.stores.postgres.rules import Rules
from ingest_service.stores.postgres.sight import SeenSlot
from ingest_service.stores.sql.database import Connection, Cursor
from ingest_service.stores.sql.refusals import RefusalsQuery


@dataclass(frozen=True, slots=True)
class UpstreamPause:
    """A pause that the upstream asked for: its length, at most what was `asked`; all ends move by the `delay`.

    All are nanoseconds.
    """

    asked: int
    length: int
    delay: int


class SlotCloser:
    """Ends slots, each once: by compare-and-set under the gate. One thread; blocks on the database.

    Everything raises StoreError, and may be asked again then.
    """

    def __init__(self, gate: Gate, replica: Replica, rules: Rules, clock: Clock) -> None:
        self._gate = gate
        self._replica = replica
        self._retry_rules = rules.retries
        self._interval = rules.rate.interval
        self._clock = clock

    def close(
        self, slot: Slot, calls: Sequence[Call], end: SlotEnd, pause: UpstreamPause | None
    ) -> list[Verdict] | None:
        """Keep the outcomes of a slot of this replica, let ids wait that are called again; return the verdicts.

        None where the slot was declared lost: others have its ids, so nothing of this is kept.
        """
        with self._gate.transaction() as transaction:
            with transaction.reading() as connection:
                pending_query = PendingQuery(connection)
                marked = mark_ended(connection, slot.number, self._replica.owner, end)
                ended = self._ended(connection, slot)
                release_states = ReleaseStates(connection, slot)
                refusals_query = _query(connection, slot, calls)
            pending = pending_query.result()
            if marked.rowcount == 0:
                return self._confirmed(transaction, ended.fetchone(), pending)
            states = release_states.result()
            settled = settle(slot, calls, lambda: _known(refusals_query, pending))
            cancelled = {sequence for sequence, state in states.items() if state.cancelled}
            verdicts = self._retry_rules.of_slot(slot, settled, self._interval, self._clock, cancelled)
            again = list(waiting_ids(slot, verdicts, states, self._clock.now()))
            with transaction.writing() as connection:
                insert_verdicts(connection, slot, verdicts, again)
                seal(connection, slot.number, end, marked.fetchone(), fates_of(slot, verdicts), settled.streak)
                insert_pause(connection, 0 if pause is None else pause.length)
                insert_changes(connection, [*_paused(pause), *_called_again(again)], pending)
            return verdicts

    def _ended(self, connection: Connection, slot: Slot) -> Cursor:
        """Ask how a slot of this replica ended."""
        return connection.execute(
            "SELECT how FROM slots WHERE number = ? AND owner = ?", [slot.number, self._replica.owner]
        )

    def take_back(self, slot: SeenSlot, end: SlotEnd) -> bool:
        """End an open slot without outcomes, and let its ids wait again; False if it has ended already."""
        with self._gate.transaction() as transaction:
            with transaction.reading() as connection:
                pending_query = PendingQuery(connection)
                marked = mark_ended(connection, slot.number, slot.owner, end)
                calls = OpenCalls(connection, slot.number)
            if marked.rowcount == 0:
                return False
            again = calls.result()
            with transaction.writing() as connection:
                seal(connection, slot.number, end, marked.fetchone())
                insert_waiting(connection, again)
                insert_changes(connection, [Change(), *_called_again(again)], pending_query.result())
        return True

    def _confirmed(
        self, transaction: GateTransaction, row: tuple[str] | None, pending: int
    ) -> list[Verdict] | None:
        """Return the answer for a slot that has ended: by an earlier try without an answer, or as a lost one.

        A database that knows nothing of it lost it in a failover. The change that is written says nothing: with it
        this commit, too, waits until everything before it is durable.
        """
        if row is None or row[0] == "lost":
            return None
        with transaction.writing() as connection:
            insert_changes(connection, [Change()], pending)
        return []


def _query(connection: Connection, slot: Slot, calls: Sequence[Call]) -> RefusalsQuery | None:
    """Ask the ledger about refusals, where the calls of the slot depend on them."""
    return RefusalsQuery(connection, slot, "how = 'closed'") if depend_on_others(calls) else None


def _known(query: RefusalsQuery | None, pending: int) -> Refusals:
    return Refusals() if query is None else query.result(is_last=pending == 0)


def _called_again(ids: Sequence[WaitingId]) -> Iterator[Change]:
    """Yield a change for each ingestion of these ids."""
    counts = Counter(one.sequence for one in ids)
    for one in {one.sequence: one for one in ids}.values():
        cause = f"ids of ingestion {one.ingestion_id} are called again"
        yield Change(one.sequence, counts[one.sequence], one.priority, cause)


def _paused(pause: UpstreamPause | None) -> Iterator[Change]:
    if pause is not None:
        yield Change(cause="the upstream asked for a pause", delay=pause.delay)
