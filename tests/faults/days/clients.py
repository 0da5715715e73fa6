"""The clients of one day, and their notes: what they asked, and all that they know of it."""

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import TypeVar
from uuid import UUID

from ingest_service.domain.model import Priority
from ingest_service.errors import NOT_CERTAIN, IngestError, StoreError
from ingest_service.service import Service
from tests.doubles import VirtualClock
from tests.faults.days.disk import Death
from tests.faults.days.notes import Changed, Looked, Note, Notes, Reply, Submitted, Switched
from tests.faults.days.plan import Change, Look, Retry, Submit, Switch
from tests.simulation import SECOND

T = TypeVar("T")
MANY = 100_000
# A client with a key asks again so often.
_TRIES = 6
_BETWEEN_TRIES = 7 * SECOND


class Clients:
    """Asks the service that runs; None while there is none. Every id is submitted by one submission only.

    But a client may submit again those that failed.
    """

    def __init__(self, service: Callable[[], Service | None], clock: VirtualClock, notes: Notes) -> None:
        self._service = service
        self._clock = clock
        self._notes = notes
        self._ids = count(1)
        # The ingestions that were accepted for certain, by their names; and all, in the order of their acceptance.
        self._accepted: dict[int, UUID] = {}
        self._ingestions: list[UUID] = []
        self._retried: set[int] = set()

    def submit(self, wanted: Submit) -> None:
        """Submit ids that were never submitted before."""
        ids = tuple(next(self._ids) for _ in range(wanted.size))
        deadline = None if wanted.deadline is None else self._clock.wall() + wanted.deadline
        self._submit(wanted, ids, deadline, 1)

    def change(self, wanted: Change) -> None:
        """Cancel an ingestion, or give it another priority; look at it before and afterwards."""
        for name, ingestion_id in self._chosen(wanted.which):
            self._look(name, ingestion_id)
            act = partial(self._change, ingestion_id=ingestion_id, priority=wanted.priority)
            self._ask(act, partial(_changed, name, wanted.priority))
            self._look(name, ingestion_id)

    def switch(self, wanted: Switch) -> None:
        """Pause or resume."""
        act = Service.pause if wanted.pauses else Service.resume
        self._ask(act, lambda reply, _: Switched(wanted.pauses, reply))

    def look(self, wanted: Look) -> None:
        """Read an ingestion, and those that were accepted right before it."""
        for back in range(3):
            for name, ingestion_id in self._chosen(wanted.which + back):
                self._look(name, ingestion_id)

    def look_at_all(self) -> None:
        """Read every ingestion."""
        for name, ingestion_id in self._accepted.items():
            self._look(name, ingestion_id)

    def retry(self, wanted: Retry) -> None:
        """Submit the failed ids of an ingestion again, once: else two submissions of one id might wait."""
        for name, ingestion_id in self._chosen(wanted.which):
            seen = self._look(name, ingestion_id)
            failed = tuple(record_id for record_id, _, error in seen.outcomes if error is not None) if seen else ()
            if failed and name not in self._retried:
                self._retried.add(name)
                act = partial(Service.retry, ingestion_id=ingestion_id, priority=Priority.HIGH)
                self._ask(act, partial(self._submitted, wanted.name, failed, Priority.HIGH))

    def _submit(self, wanted: Submit, ids: tuple[int, ...], deadline: int | None, attempt: int) -> None:
        key = f"key {wanted.name}" if wanted.has_key else None
        act = partial(Service.submit, ids=ids, priority=wanted.priority, deadline=deadline, key=key)
        try:
            self._ask(act, partial(self._submitted, wanted.name, ids, wanted.priority))
        finally:
            is_to_be_sent = wanted.name not in self._accepted or (wanted.repeats and attempt == 1)
            if key is not None and is_to_be_sent and attempt < _TRIES:
                again = self._clock.now() + attempt * _BETWEEN_TRIES
                self._clock.at(again, lambda: self._submit(wanted, ids, deadline, attempt + 1))

    def _submitted(
        self, name: int, ids: tuple[int, ...], priority: Priority, reply: Reply, found: UUID | None
    ) -> Submitted:
        if found is None:
            return Submitted(name, ids, priority, reply)
        if found not in self._ingestions:
            self._ingestions.append(found)
        self._accepted[name] = found
        return Submitted(name, ids, priority, reply, self._ingestions.index(found))

    @staticmethod
    def _change(service: Service, ingestion_id: UUID, priority: Priority | None) -> None:
        if priority is None:
            service.cancel(ingestion_id)
        else:
            service.reprioritise(ingestion_id, priority)

    def _look(self, name: int, ingestion_id: UUID) -> Looked | None:
        service = self._service()
        if service is None:
            return None
        try:
            progress = service.reports.status(ingestion_id).progress
            outcomes = service.reports.results(ingestion_id, -1, MANY).outcomes
        except StoreError:
            return None
        batches = tuple(progress.status_of(number) for number in range(progress.ingestion.batch_count))
        seen = Looked(
            name, progress.status, batches, tuple((one.record_id, one.result, one.error) for one in outcomes)
        )
        self._notes.add(seen)
        return seen

    def _ask(self, act: Callable[[Service], T], note: Callable[[Reply, T | None], Note]) -> None:
        """Ask, and note what is known of it afterwards; a service that is killed meanwhile may have done it."""
        service = self._service()
        if service is None:
            return
        reply, found = Reply.UNKNOWN, None
        try:
            found = act(service)
            reply = Reply.DONE
        except StoreError as error:
            reply = Reply.UNKNOWN if NOT_CERTAIN in str(error) else Reply.REFUSED
        except IngestError:
            reply = Reply.REFUSED
        except Death:
            reply = Reply.UNKNOWN
            raise
        finally:
            self._notes.add(note(reply, found))

    def _chosen(self, which: int) -> list[tuple[int, UUID]]:
        """Return one of the last ingestions, with its name; nothing if there are fewer."""
        return list(self._accepted.items())[-1 - which :][:1] if which < len(self._accepted) else []


def _changed(name: int, priority: Priority | None, reply: Reply, _: object) -> Changed:
    """Take a change that was refused for one that may have been made: only its answer may have failed."""
    return Changed(name, priority, Reply.DONE if reply is Reply.DONE else Reply.UNKNOWN)
