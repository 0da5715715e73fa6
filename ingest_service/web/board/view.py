"""The values that the board shows. Times are nanoseconds of the wall clock; nothing here moves with the time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, Self
from uuid import UUID

from ingest_service.domain.model import Priority, batch_id
from ingest_service.domain.seats import Fate, Fill, SeatedSlot
from ingest_service.reports.board import BoardReport
from ingest_service.reports.models import DispatcherReport, LimitReport, UpcomingSlot

# Seats of a slot that are shown one by one.
MOST_SEATS = 12


@dataclass(frozen=True, slots=True)
class Seat:
    """A taken seat: the id, whose it is, which attempt, and what came of it (None: it waits)."""

    ingestion_id: UUID
    batch_id: UUID
    record_id: int
    priority: Priority
    attempt: int
    fate: Fate | None

    @property
    def who(self) -> str:
        """Begin of the id of its ingestion."""
        return str(self.ingestion_id)[:8]


@dataclass(frozen=True, slots=True)
class Departure:
    """A slot: the time at which it opens, or did (None: not known), and its seats.

    Of a slot that opened: its number, the time since the one before it, its lag, and the replica that opened it
    (None: not known).
    """

    opens_at: int | None
    seats: tuple[Seat, ...]
    size: int
    number: int | None = None
    is_open: bool = False
    gap: int | None = None
    lag: int | None = None
    replica: str | None = None

    @property
    def key(self) -> str:
        """Name that stays while the slot comes nearer, opens and is over."""
        first = self.seats[0] if self.seats else None
        return f"{first.batch_id}-{first.record_id}-{first.attempt}" if first else f"slot-{self.number}"

    @property
    def visible(self) -> tuple[Seat, ...]:
        """Taken seats that are shown one by one."""
        return self.seats[:MOST_SEATS]

    @property
    def free(self) -> int:
        """Number of empty seats."""
        return max(0, self.size - len(self.seats))

    @property
    def is_small(self) -> bool:
        """True if its empty seats are shown one by one."""
        return self.size <= MOST_SEATS

    @property
    def unseen(self) -> int:
        """Number of taken seats that are not shown one by one."""
        return max(0, len(self.seats) - MOST_SEATS)


@dataclass(frozen=True, slots=True)
class State:
    """The activity of the service, in words: `at` is the time that ends the sentence, `reasons` say more."""

    kind: Literal["good", "held", "bad"]
    words: str
    at: int | None = None
    reasons: tuple[str, ...] = ()

    @classmethod
    def of(cls, failures: Mapping[str, str], dispatcher: DispatcherReport | None) -> Self:
        """Return the state of a service with these failures."""
        if failures or dispatcher is None:
            return cls("bad", "not ready", reasons=tuple(failures.values()))
        if dispatcher.paused_at is not None:
            return cls("held", "paused by an operator since", dispatcher.paused_at)
        if dispatcher.upstream_paused:
            return cls("held", "the upstream asked for a pause until", dispatcher.upstream_paused_until)
        if dispatcher.probing:
            return cls("held", "the upstream fails: the next slot tries it with one id")
        return cls("good", "ready")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Waiting ids of a priority, and where its part of the bar begins and ends, in thousandths."""

    priority: Priority
    ids: int
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums since a time, or of a day (None): `longest_lag` is None where no slot has one."""

    since: int | None
    done: int
    failed: int
    again: int
    longest_lag: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is read from the store: `current` is the last slot while it is open or the next one is not due.

    `replicas` are the names of those that were seen lately, none where the store is for one process alone.
    `paused` is whether an operator has paused the dispatcher. `limits` are those of the rate, none where there is
    only one, which the slots show.
    """

    slot_size: int
    current: Departure | None
    upcoming: tuple[Departure, ...]
    departed: tuple[Departure, ...]
    waiting: tuple[Waiting, ...]
    empty_at: int | None
    fill: Fill
    sums: Sums
    replicas: tuple[str, ...]
    paused: bool
    limits: tuple[LimitReport, ...]

    @classmethod
    def of(cls, report: BoardReport) -> Self:
        """Return the facts of a report, whose last slot may only show the gap of the one after it."""
        size = report.rate.slot_size
        opened = list(_opened(report.slots, size))
        current = [one for one in opened[:1] if one.is_open or _is_young(one, report)]
        return cls(
            slot_size=size,
            current=current[0] if current else None,
            upcoming=tuple(_upcoming(slot, size) for slot in report.upcoming),
            departed=tuple(opened[len(current) :]),
            waiting=tuple(_waiting(report.dispatcher)),
            empty_at=report.empty_at,
            fill=report.fill,
            sums=Sums(report.counted_from, report.done, report.failed, report.again, report.longest_lag),
            replicas=tuple(replica.name for replica in report.dispatcher.replicas),
            paused=report.dispatcher.paused_at is not None,
            limits=report.dispatcher.limits if len(report.dispatcher.limits) > 1 else (),
        )

    @property
    def waiting_ids(self) -> int:
        """Number of ids that wait."""
        return sum(one.ids for one in self.waiting)

    @property
    def next_at(self) -> int | None:
        """Opening of the next slot, None where it is not known."""
        return self.upcoming[0].opens_at if self.upcoming else None

    @property
    def taken(self) -> int | None:
        """Seats of the last slots that were taken, in percent."""
        seats = self.fill.slots * self.slot_size
        return 100 * self.fill.ids // seats if seats else None


@dataclass(frozen=True, slots=True)
class Board:
    """The content of the board; without `facts` where the store cannot be read."""

    state: State
    facts: Facts | None


def _opened(slots: Sequence[SeatedSlot], size: int) -> Iterator[Departure]:
    """Yield the slots with the gaps before them, the latest first; the earliest only if it is the first of all."""
    for one, before in pairwise(slots):
        yield _departed(one, one.slot.opened_at - before.slot.opened_at, size)
    if slots and slots[-1].slot.number == 1:
        yield _departed(slots[-1], None, size)


def _departed(one: SeatedSlot, gap: int | None, size: int) -> Departure:
    seats = tuple(
        Seat(s.ingestion_id, batch_id(s.ingestion_id, s.batch), s.record_id, s.priority, s.attempt, s.fate)
        for s in one.seats
    )
    is_open = any(seat.fate is Fate.CALLING for seat in seats)
    return Departure(one.slot.opened_at, seats, size, one.slot.number, is_open, gap, one.lag, one.slot.replica)


def _upcoming(slot: UpcomingSlot, size: int) -> Departure:
    seats = (
        Seat(batch.ingestion_id, batch.id, record_id, batch.priority, batch.attempts + 1, None)
        for batch in slot.batches
        for record_id in batch.ids
    )
    return Departure(slot.opens_at, tuple(seats), size)


def _is_young(last: Departure, report: BoardReport) -> bool:
    return last.opens_at is not None and report.taken_at - last.opens_at < report.rate.interval


def _waiting(dispatcher: DispatcherReport) -> Iterator[Waiting]:
    all_ids = sum(depth.ids for depth in dispatcher.backlog.values())
    counted = 0
    for priority, depth in dispatcher.backlog.items():
        begins, counted = 1000 * counted // max(1, all_ids), counted + depth.ids
        yield Waiting(priority, depth.ids, begins, 1000 * counted // max(1, all_ids))
