"""The end of the model's ledger."""

from collections import defaultdict

from ingest_service.domain.flow import MinuteFlow
from ingest_service.domain.ledger import CANCELLED
from ingest_service.domain.seats import Fate, Fill, MinuteTally, Seat, SeatedSlot
from ingest_service.ports.records import BoardQuery, BoardRecord, MinutesQuery, MinutesRecord
from tests.simulation import SECOND
from tests.stores.model.journal import ModelJournal
from tests.stores.model.kept import Kept
from tests.stores.model.ledger import Written

MINUTE = 60 * SECOND


class Board:
    """The end of the ledger, gone through slot by slot."""

    def __init__(self, journal: ModelJournal) -> None:
        self._kept = journal.kept
        self._slots = journal.ledger.slots
        self._called: dict[tuple[int, int], list[int]] = defaultdict(list)
        for one in self._slots:
            for batch, position, _ in one.places():
                self._called[batch.sequence, position].append(one.slot.number)

    def record(self, query: BoardQuery) -> BoardRecord:
        seated = [self._seated(one) for one in reversed(self._slots)]
        minutes = self._minutes(query.minutes_from, query.most_slots)
        return BoardRecord(tuple(seated[: query.slots]), _fill(seated[: query.filled_slots]), minutes)

    def minutes(self, query: MinutesQuery) -> MinutesRecord:
        flows: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for kept in self._kept.values():
            if kept.created_at >= query.flows_from:
                flows[kept.created_at // MINUTE * MINUTE][0] += kept.ingestion.id_count
            if kept.cancelled_at is not None and kept.cancelled_at >= query.flows_from:
                flows[kept.cancelled_at // MINUTE * MINUTE][1] += _cancelled(kept)
        return MinutesRecord(
            minutes=self._minutes(query.minutes_from, query.most_slots),
            flows=tuple(MinuteFlow(start, *counts) for start, counts in sorted(flows.items())),
        )

    def _minutes(self, minutes_from: int, most_slots: int) -> tuple[MinuteTally, ...]:
        newest = self._slots[-1].slot.number if self._slots else 0
        first = max(minutes_from, newest - most_slots + 1)
        seated = map(self._seated, self._slots)
        return _tallies([one for one in seated if one.slot.number >= first and one.seats])

    def _seated(self, one: Written) -> SeatedSlot:
        seats = []
        for batch, position, record_id in one.places():
            called = self._called[batch.sequence, position]
            ingestion = self._kept[batch.sequence].ingestion
            attempt = called.index(one.slot.number) + 1
            fate = self._fate(one, batch.sequence, position)
            seats.append(Seat(ingestion.id, batch.number, record_id, ingestion.priority, attempt, fate))
        return SeatedSlot(one.record, one.lag, tuple(seats))

    def _fate(self, one: Written, sequence: int, position: int) -> Fate:
        outcome = self._kept[sequence].outcomes.get(position)
        is_last = self._called[sequence, position][-1] == one.slot.number
        if outcome is not None and outcome.error != CANCELLED and is_last:
            return Fate.DONE if outcome.error is None else Fate.FAILED
        return Fate.CALLING if one.closed_at is None and one is self._slots[-1] else Fate.AGAIN


def _fill(slots: list[SeatedSlot]) -> Fill:
    return Fill(sum(bool(one.seats) for one in slots), sum(len(one.seats) for one in slots))


def _cancelled(kept: Kept) -> int:
    begun = sum(outcome.error == CANCELLED for outcome in kept.outcomes.values())
    return kept.ingestion.id_count - kept.released + begun


def _tallies(slots: list[SeatedSlot]) -> tuple[MinuteTally, ...]:
    minutes: dict[int, list[SeatedSlot]] = defaultdict(list)
    for one in slots:
        minutes[one.slot.opened_at // MINUTE * MINUTE].append(one)
    return tuple(_tally(start, those) for start, those in sorted(minutes.items()))


def _tally(start: int, slots: list[SeatedSlot]) -> MinuteTally:
    fates = [seat.fate for one in slots for seat in one.seats]
    return MinuteTally(
        start=start,
        first_slot=slots[0].slot.number,
        slots=len(slots),
        ids=len(fates),
        done=fates.count(Fate.DONE),
        failed=fates.count(Fate.FAILED),
        again=fates.count(Fate.AGAIN),
        longest_lag=max((one.lag for one in slots if one.lag is not None), default=None),
    )
