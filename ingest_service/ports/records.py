"""Interface for reading what is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import UUID

from ingest_service.domain.failures import FailureQuery, Failures
from ingest_service.domain.flow import MinuteFlow
from ingest_service.domain.ledger import BatchHistory, LedgerSummary, Outcome, Slip, SlotRecord
from ingest_service.domain.model import Batch, Priority, Status
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.domain.seats import Fill, MinuteTally, SeatedSlot

# The latest slips of an ingestion that are kept.
SLIPS_KEPT = 20


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Ingestions of this status and priority (None: of any) with a sequence below `before`, at most `limit`.

    These are the newest ones, or with `above` the oldest ones that have a greater sequence. `failed`: only those
    with failed ids. `id_prefix`: only those whose id begins with these hexadecimal digits; few do.
    """

    status: Status | None
    priority: Priority | None
    before: int
    limit: int
    above: int | None = None
    failed: bool = False
    id_prefix: str = ""


@dataclass(frozen=True, slots=True)
class StatusRecord:
    """The progress of an ingestion with its ids, None where they are many."""

    progress: Progress
    ids: PackedIds | None


@dataclass(frozen=True, slots=True)
class IngestionRecord:
    """Everything recorded of an ingestion but its batches and ids. Slips: the latest first."""

    progress: Progress
    summary: LedgerSummary
    slips: tuple[Slip, ...]


@dataclass(frozen=True, slots=True)
class BatchesRecord:
    """A page of the batches of an ingestion: their numbers, all their ids, and the histories of those released."""

    progress: Progress
    numbers: range
    ids: PackedIds
    histories: Mapping[int, BatchHistory]


@dataclass(frozen=True, slots=True)
class DetailsRecord:
    """An ingestion at this moment, with its slips (the latest first) and the batches nearest to the present."""

    progress: Progress
    slips: tuple[Slip, ...]
    batches: tuple[BatchesRecord, ...]


@dataclass(frozen=True, slots=True)
class HistoryRecord:
    """All that was done for an ingestion: its calls, those of them that called an id again, and its failures."""

    summary: LedgerSummary
    calls: int
    again: int
    failures: Failures


@dataclass(frozen=True, slots=True)
class SeenReplica:
    """A process that shares the database with others, and when it was seen last (wall clock)."""

    name: str
    seen_at: int


@dataclass(frozen=True, slots=True)
class BoardQuery:
    """Parts of the end of the ledger: some of the last slots, the fill of some, and the tallies of minutes.

    The minutes begin with the slot `minutes_from`, and have only the last `most_slots`.
    """

    slots: int
    filled_slots: int
    minutes_from: int
    most_slots: int


@dataclass(frozen=True, slots=True)
class BoardRecord:
    """The end of the ledger: the last slots, the latest first, how full slots were, and tallies of minutes."""

    slots: tuple[SeatedSlot, ...]
    fill: Fill
    minutes: tuple[MinuteTally, ...]


@dataclass(frozen=True, slots=True)
class MinutesQuery:
    """Parts of the history: minutes of slots as in BoardQuery, and the ids that came and went since a time."""

    minutes_from: int
    most_slots: int
    flows_from: int


@dataclass(frozen=True, slots=True)
class MinutesRecord:
    """The history, minute by minute."""

    minutes: tuple[MinuteTally, ...]
    flows: tuple[MinuteFlow, ...]


class BelievedTime(NamedTuple):
    """The time (wall clock) that is believed to have come, for what becomes old: history, and idempotency keys."""

    history: int
    keys: int


class Records(Protocol):
    """Reads ingestions, the ledger and the outcomes. Any thread; blocks on the disk.

    Each answer is of one moment, and includes every change that was durable before the question. Raises StoreError
    where the store cannot be read, StoreStopped where it does not run.
    """

    def start(self) -> None:
        """Open the store. Raises StoreError, and StoreInUse where another process must not share it."""

    def stop(self) -> None:
        """Finish the writes that were asked for and let go of the store. May be called twice."""

    @property
    def alive(self) -> bool:
        """True while the store can take an ingestion. Does not touch the disk."""

    @property
    def damage(self) -> str | None:
        """Sentence about damage of the store that was found, None while there is none. Does not touch the disk."""

    def check(self) -> None:
        """Raise StoreError if the store cannot be read or written."""

    def progress(self, ingestion_id: UUID) -> Progress | None:
        """Return the progress of an ingestion, None for an unknown one."""

    def status(self, ingestion_id: UUID, most_ids: int) -> StatusRecord | None:
        """Return the progress of an ingestion, with its ids if they are at most `most_ids`, None if unknown."""

    def ids(self, sequence: int) -> PackedIds:
        """Return all ids of an ingestion, none for an unknown one."""

    def batch_ids(self, batches: tuple[Batch, ...]) -> tuple[int, ...]:
        """Return the ids of these batches, in their order."""

    def ingestion(self, ingestion_id: UUID) -> IngestionRecord | None:
        """Return everything recorded of an ingestion but its batches and ids, None for an unknown one."""

    def batches(self, ingestion_id: UUID, after: int, limit: int) -> BatchesRecord | None:
        """Return at most `limit` batches with numbers above `after`, None for an unknown ingestion."""

    def details(self, ingestion_id: UUID, most: int) -> DetailsRecord | None:
        """Return an ingestion at this moment, with at most `most` batches of each kind; None for an unknown one.

        The cost does not grow with its ids.
        """

    def history(self, sequence: int, query: FailureQuery) -> HistoryRecord:
        """Return what was done for an ingestion, nothing for an unknown one. The cost grows with its calls."""

    def listed(self, wanted: ListFilter) -> list[tuple[Progress, int]]:
        """Return the ingestions that fit a filter with the number of their failed ids, the newest first."""

    def outcomes(
        self, ingestion_id: UUID, after: int, limit: int, most_characters: int | None = None
    ) -> list[tuple[int, Outcome]] | None:
        """Return the first `limit` outcomes past a position, each with its position; None for an unknown one.

        They end with the one with which their results have `most_characters`, if that is given.
        """

    def failed_ids(self, ingestion_id: UUID) -> PackedIds:
        """Return the ids whose outcome is an error, in the order given."""

    def slots(self, before: int, limit: int) -> list[SlotRecord]:
        """Return the last `limit` slots with a number below `before`, the latest first."""

    def replicas(self) -> list[SeenReplica]:
        """Return the processes that share the database and run now, by their names.

        None where the store is for one process alone; then the disk is not touched.
        """

    def board(self, query: BoardQuery) -> BoardRecord:
        """Return the end of the ledger."""

    def minutes(self, query: MinutesQuery) -> MinutesRecord:
        """Return the history, minute by minute."""

    def batch_counts(self) -> Mapping[tuple[Priority, Status], int]:
        """Return the number of batches of each priority and status, where there are any."""

    def add_slips(self, slips: Mapping[int, Slip]) -> None:
        """Keep slips by the sequences of the ingestions that slipped, for each the latest SLIPS_KEPT.

        Unknown ingestions are left out.
        """

    def latest(self) -> int | None:
        """Return when (wall clock) the last ingestion was accepted or the last slot opened, None before both."""

    def believed_time(self) -> BelievedTime | None:
        """Return the time that was kept last, None before the first."""

    def keep_believed_time(self, time: BelievedTime) -> None:
        """Keep a time in place of the one before; it is durable then."""

    def prune(self, ended_before: int, keys_before: int, most: int) -> bool:
        """Remove at most `most` rows of history; return whether there is more to do.

        History is what ended before a time (wall clock): ingestions with all that belongs to them, slots that
        have no calls left (but never the last one), and idempotency keys that are older than `keys_before`.
        """
