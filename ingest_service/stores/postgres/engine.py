"""The engine of any number of replicas that share one database."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import TypeVar
from uuid import UUID

from ingest_service.clock import Clock
from ingest_service.dispatch.recovery import require_fit
from ingest_service.domain.ledger import Call, Slot
from ingest_service.domain.model import Priority, Submission
from ingest_service.errors import KeyReused
from ingest_service.ports.engine import ignore
from ingest_service.ports.observer import Observer
from ingest_service.schedule.capacity import backlog_full
from ingest_service.schedule.dry_run import require_in_time
from ingest_service.schedule.snapshot import ScheduleSnapshot
from ingest_service.slippage.cause import Cause
from ingest_service.stores.postgres.admissions import Admissions
from ingest_service.stores.postgres.admitting import NoRoom, Request, admit_group, admit_large
from ingest_service.stores.postgres.database import PostgresDatabase
from ingest_service.stores.postgres.follower import Follower
from ingest_service.stores.postgres.gate import Gate
from ingest_service.stores.postgres.replicas import Replica
from ingest_service.stores.postgres.rules import Rules
from ingest_service.stores.postgres.slots import PostgresSlots
from ingest_service.stores.postgres.steering import Steering
from ingest_service.stores.sql.keys import Key, read_key

T = TypeVar("T")


class PostgresEngine:
    """Fits the port `Engine` for one of any number of replicas; no one of them leads.

    `on_cause` gets everything that may move the ends of ingestions, of all replicas; any thread, it does not
    block.
    """

    def __init__(
        self,
        database: PostgresDatabase,
        replica: Replica,
        rules: Rules,
        clock: Clock,
        observer: Observer,
        on_cause: Callable[[Cause], None],
    ) -> None:
        self._database = database
        self._rate = rules.rate
        self._clock = clock
        self._follower = Follower(database, replica, rules, clock, on_cause)
        self._slots = PostgresSlots(
            database, self._gate(observer), replica, rules, self._follower, clock, observer
        )
        gate, gate_of_large = self._gate(observer), self._gate(observer)
        self._admissions = Admissions(
            lambda requests: admit_group(gate, requests, rules.most_ids), clock, observer.committed
        )
        # Those with few ids do not wait while many are sent.
        self._large_admissions = Admissions(
            lambda requests: [admit_large(gate_of_large, one, rules.most_ids) for one in requests],
            clock,
            observer.committed,
        )
        self._steering = Steering(self._gate(observer), replica)
        self._steering_lock = Lock()

    # The dispatcher's end: see the port `SlotSource`.

    def start(self) -> None:
        """Read what waits; a batch that is larger than a slot could never be released."""
        require_fit(self._follower.load(), self._rate.slot_size)
        self._slots.start()

    def stop(self) -> None:
        """Wake the dispatcher; `open` returns None from now on."""
        self._slots.stop()

    def open(self, waits: Callable[[int | None], None] = ignore) -> Slot | None:
        """Wait for the next slot, and open it unless another replica is faster."""
        return self._slots.open(waits)

    def close(self, slot: Slot, calls: Sequence[Call]) -> bool:
        """Keep the outcomes of a slot, unless it was declared lost."""
        return self._slots.close(slot, calls)

    # Everybody else's end: see the port `Intake`.

    def admit(self, submission: Submission, key: str | None) -> UUID:
        """Check the deadline, and under the gate the key and the room; keep the submission."""
        keyed = None if key is None else Key.of(key, submission)
        if submission.deadline is not None and not self._is_known(keyed):
            require_in_time(submission, self.snapshot())
        request = Request(submission, keyed)
        admissions = self._large_admissions if request.is_large else self._admissions
        answer = admissions.ask(request)
        if isinstance(answer, NoRoom):
            raise backlog_full(self.snapshot(), len(submission.ids), answer.missing)
        if isinstance(answer, KeyReused):
            raise answer
        self._slots.note_change()
        return answer

    def cancel(self, sequence: int) -> None:
        """Take an ingestion out of what waits."""
        with self._steering_lock:
            self._steering.cancel(sequence)
        self._slots.note_change()

    def reprioritise(self, sequence: int, priority: Priority) -> None:
        """Give an ingestion another place in the order."""
        with self._steering_lock:
            self._steering.reprioritise(sequence, priority)
        self._slots.note_change()

    def pause(self) -> None:
        """Let no replica open a slot."""
        with self._steering_lock:
            self._steering.pause()

    def resume(self) -> None:
        """Let slots open again; other replicas see it at their next look."""
        with self._steering_lock:
            self._steering.resume(self._slots.next_start - self._clock.now())
        self._slots.ring()

    def opens_in(self) -> int:
        """Return the time for which no slot opens, as this replica last saw it."""
        return max(0, self._slots.next_start - self._clock.now())

    def snapshot(self) -> ScheduleSnapshot:
        """Return all that the schedule depends on, as the database has it now."""
        return self._follower.snapshot(self._slots.next_start)

    def at_one_moment(self, read: Callable[[], T]) -> tuple[T, ScheduleSnapshot]:
        """Read in one transaction with the snapshot."""
        return self._follower.at_one_moment(read, self._slots.next_start)

    def _is_known(self, key: Key | None) -> bool:
        if key is None:
            return False
        with self._database.read() as connection:
            return read_key(connection, key) is not None

    def _gate(self, observer: Observer) -> Gate:
        """Return a connection of its own for one thread at a time."""
        return Gate(self._database.connect, self._clock, observer.gate_waited)
