"""The records of the model."""

from collections import Counter
from collections.abc import Mapping
from itertools import accumulate
from uuid import UUID

from ingest_service.domain.failures import FailureQuery
from ingest_service.domain.ledger import Outcome, Slip, SlotRecord
from ingest_service.domain.model import Batch, Priority, Status
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.ports.records import (
    SLIPS_KEPT,
    BatchesRecord,
    BelievedTime,
    BoardQuery,
    BoardRecord,
    DetailsRecord,
    HistoryRecord,
    IngestionRecord,
    ListFilter,
    MinutesQuery,
    MinutesRecord,
    SeenReplica,
    StatusRecord,
)
from ingest_service.stores.sql.batches import runs_of
from tests.stores.model.board import Board
from tests.stores.model.failures import failures_of
from tests.stores.model.journal import ModelJournal
from tests.stores.model.kept import Kept


class ModelRecords:
    """Fits the port `Records`; reads what the journal of the model keeps, which outlives a stop."""

    alive = True
    damage = None

    def __init__(self, journal: ModelJournal) -> None:
        self._journal = journal
        self._believed_time: BelievedTime | None = None

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def check(self) -> None:
        pass

    def progress(self, ingestion_id: UUID) -> Progress | None:
        kept = self._find(ingestion_id)
        return kept.progress if kept else None

    def status(self, ingestion_id: UUID, most_ids: int) -> StatusRecord | None:
        kept = self._find(ingestion_id)
        if kept is None:
            return None
        ids = kept.submission.ids
        return StatusRecord(kept.progress, ids if len(ids) <= most_ids else None)

    def ids(self, sequence: int) -> PackedIds:
        kept = self._journal.kept.get(sequence)
        return kept.submission.ids if kept else PackedIds(b"")

    def batch_ids(self, batches: tuple[Batch, ...]) -> tuple[int, ...]:
        return tuple(i for b in batches for i in self._journal.record_ids(b.sequence, b.positions))

    def ingestion(self, ingestion_id: UUID) -> IngestionRecord | None:
        kept = self._find(ingestion_id)
        if kept is None:
            return None
        summary = self._journal.ledger.summary(kept.sequence, len(kept.failed))
        return IngestionRecord(kept.progress, summary, kept.slips)

    def batches(self, ingestion_id: UUID, after: int, limit: int) -> BatchesRecord | None:
        kept = self._find(ingestion_id)
        if kept is None:
            return None
        return self._batches(kept, range(kept.ingestion.batch_count)[after + 1 : after + 1 + limit])

    def _batches(self, kept: Kept, numbers: range) -> BatchesRecord:
        size = kept.ingestion.batch_size
        ids = PackedIds.of(kept.submission.ids.span(numbers.start * size, numbers.stop * size))
        histories = self._journal.ledger.histories(kept.sequence, numbers)
        return BatchesRecord(kept.progress, numbers, ids, histories)

    def details(self, ingestion_id: UUID, most: int) -> DetailsRecord | None:
        kept = self._find(ingestion_id)
        if kept is None:
            return None
        batches = (self._batches(kept, run) for run in runs_of(kept.progress.nearest(most)))
        return DetailsRecord(kept.progress, kept.slips, tuple(batches))

    def history(self, sequence: int, query: FailureQuery) -> HistoryRecord:
        kept = self._journal.kept.get(sequence)
        positions = self._journal.ledger.positions(sequence)
        summary = self._journal.ledger.summary(sequence, len(kept.failed) if kept else 0)
        failures = failures_of(kept.outcomes if kept else {}, query)
        return HistoryRecord(summary, len(positions), len(positions) - len(set(positions)), failures)

    def listed(self, wanted: ListFilter) -> list[tuple[Progress, int]]:
        every = [(kept.progress, len(kept.failed)) for kept in reversed(self._journal.kept.values())]
        fitting = [
            (progress, failed)
            for progress, failed in every
            if (-1 if wanted.above is None else wanted.above) < progress.sequence < wanted.before
            and wanted.status in (None, progress.status)
            and wanted.priority in (None, progress.ingestion.priority)
            and (failed or not wanted.failed)
            and progress.ingestion.id.hex.startswith(wanted.id_prefix)
        ]
        return fitting[: wanted.limit] if wanted.above is None else fitting[-wanted.limit :]

    def outcomes(
        self, ingestion_id: UUID, after: int, limit: int, most_characters: int | None = None
    ) -> list[tuple[int, Outcome]] | None:
        kept = self._find(ingestion_id)
        if kept is None:
            return None
        page = [pair for pair in sorted(kept.outcomes.items()) if pair[0] > after][:limit]
        sizes = accumulate(len(outcome.result or "") for _, outcome in page)
        full = (
            number
            for number, size in enumerate(sizes, 1)
            if most_characters is not None and size >= most_characters
        )
        return page[: next(full, limit)]

    def failed_ids(self, ingestion_id: UUID) -> PackedIds:
        kept = self._find(ingestion_id)
        return PackedIds.of(kept.failed if kept else [])

    def slots(self, before: int, limit: int) -> list[SlotRecord]:
        return self._journal.ledger.page(before, limit)

    def replicas(self) -> list[SeenReplica]:
        return []

    def board(self, query: BoardQuery) -> BoardRecord:
        return Board(self._journal).record(query)

    def minutes(self, query: MinutesQuery) -> MinutesRecord:
        return Board(self._journal).minutes(query)

    def batch_counts(self) -> Mapping[tuple[Priority, Status], int]:
        counts: Counter[tuple[Priority, Status]] = Counter()
        for kept in self._journal.kept.values():
            for status, count in kept.progress.counts().items():
                counts[kept.ingestion.priority, status] += count
        return +counts

    def add_slips(self, slips: Mapping[int, Slip]) -> None:
        for sequence in slips.keys() & self._journal.kept.keys():
            kept = self._journal.kept[sequence]
            kept.slips = (slips[sequence], *kept.slips)[:SLIPS_KEPT]

    def latest(self) -> int | None:
        last = [kept.created_at for kept in list(self._journal.kept.values())[-1:]]
        last += [written.slot.opened_at for written in self._journal.ledger.slots[-1:]]
        return max(last, default=None)

    def believed_time(self) -> BelievedTime | None:
        return self._believed_time

    def keep_believed_time(self, time: BelievedTime) -> None:
        self._believed_time = time

    def prune(self, ended_before: int, keys_before: int, most: int) -> bool:
        """Remove some ingestions, or else every slot that has no calls left and every old key."""
        ended = [kept for kept in self._journal.kept.values() if self._ended(kept, ended_before)][:most]
        for kept in ended:
            self._journal.remove(kept)
        return bool(ended) or self._journal.ledger.remove_empty() or self._journal.remove_keys(keys_before)

    def _ended(self, kept: Kept, before: int) -> bool:
        times = [self._journal.ledger.summary(kept.sequence, 0).ended_at, kept.cancelled_at]
        return kept.progress.ended and max(at for at in times if at is not None) < before

    def _find(self, ingestion_id: UUID) -> Kept | None:
        found = (kept for kept in self._journal.kept.values() if kept.ingestion.id == ingestion_id)
        return next(found, None)
