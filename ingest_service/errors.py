"""Every error this service raises on purpose.

IngestError
├── SettingError         a setting that is not allowed; the service does not start
├── IngestionNotFound    no ingestion has this id
├── NothingToRetry       no id of the ingestion has failed
├── NothingToCancel      the ingestion is completed
├── NothingToChange      no id of the ingestion waits any more
├── KeyReused            an idempotency key came again with other content
├── DeadlineImpossible   the ingestion would end too late, as things stand
├── BacklogFull          the backlog has too little room now
├── BackupRefused        a backup cannot begin
├── CopyRefused          a copy from one database into another cannot begin
├── DispatcherStopped    nothing would be called: the dispatcher has ended, or the process is about to end
└── StoreError           the store cannot do what it must; the sentence says why
    ├── StoreInUse       another process works on the same database
    ├── StoreDamaged     the database is malformed
    ├── CommitNotCertain the answer to a commit is not known
    ├── IdsDamaged       the ids of an ingestion are not those that were accepted
    └── StoreStopped     the store was asked after it had been stopped
"""

from uuid import UUID

from ingest_service.domain.wording import noun

NOT_CERTAIN = (
    "what was asked may be kept all the same, so ask again: with its Idempotency-Key, a submission is kept once"
)


class IngestError(Exception):
    """The root: its text is one sentence for the person who reads it."""


class SettingError(IngestError):
    """A setting is not allowed; names the variable, its value and what is allowed."""


class IngestionNotFound(IngestError):
    """No ingestion has this id."""

    def __init__(self, ingestion_id: UUID | str) -> None:
        super().__init__(f"there is no ingestion {ingestion_id}")


class NothingToRetry(IngestError):
    """No id of the ingestion has failed, so far."""

    def __init__(self, ingestion_id: UUID) -> None:
        super().__init__(f"no id of ingestion {ingestion_id} has failed")


class NothingToCancel(IngestError):
    """The ingestion is completed."""

    def __init__(self, ingestion_id: UUID) -> None:
        super().__init__(f"ingestion {ingestion_id} is completed")


class NothingToChange(IngestError):
    """No id of the ingestion waits any more."""

    def __init__(self, ingestion_id: UUID) -> None:
        super().__init__(f"no id of ingestion {ingestion_id} waits to be called")


class KeyReused(IngestError):
    """An idempotency key came again with another content."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} was sent before with other ids, another priority or another deadline")


class DeadlineImpossible(IngestError):
    """The ingestion would end after its deadline, as things stand; `earliest` is when (wall clock).

    It is None while an operator has paused the dispatcher.
    """

    def __init__(self, earliest: int | None) -> None:
        super().__init__("the deadline cannot be met as things stand")
        self.earliest = earliest


class BacklogFull(IngestError):
    """The backlog has room for `room` ids, and that is not enough.

    `room_at` is when there will be enough if nothing else arrives (wall clock) and `room_in` the nanoseconds until
    then; both are None while an operator has paused the dispatcher.
    """

    def __init__(self, room: int, room_at: int | None, room_in: int | None) -> None:
        super().__init__(f"the backlog has room for {room} more {noun(room, 'id')}")
        self.room = room
        self.room_at = room_at
        self.room_in = room_in


class DispatcherStopped(IngestError):
    """Nothing would be called: the dispatcher has ended, or the process is about to end."""

    def __init__(self) -> None:
        super().__init__("the dispatcher does not run in this process; send it again")


class BackupRefused(IngestError):
    """A backup cannot begin."""


class CopyRefused(IngestError):
    """A copy from one database into another cannot begin."""


class StoreError(IngestError):
    """The store cannot do what it must: the disk is full, the file cannot be opened, the schema is newer."""


class StoreInUse(StoreError):
    """Another process works on the same database (there is one dispatcher for each store)."""


class StoreDamaged(StoreError):
    """The database is malformed: a restart does not help, a backup may."""


class CommitNotCertain(StoreError):
    """The answer to a commit did not come, or came with a warning: what was asked may be kept."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"{sentence}; {NOT_CERTAIN}")


class IdsDamaged(StoreError):
    """The ids of an ingestion are not those that were accepted; `sequence` is that of the ingestion."""

    def __init__(self, sequence: int) -> None:
        super().__init__(f"the ids of ingestion number {sequence} are damaged in the database")
        self.sequence = sequence


class StoreStopped(StoreError):
    """The store was asked after it had been stopped."""

    def __init__(self) -> None:
        super().__init__("the store has been stopped")
