"""Every error this service raises on purpose.

IngestError
├── SettingError         a setting that is not allowed; the service does not start
├── IngestionNotFound    no ingestion has this id
├── NothingToRetry       no id of the ingestion has failed
└── StoreError           the store cannot do what it must; the sentence says why
    ├── StoreInUse       another process works on the same database
    └── StoreStopped     the store was asked after it had been stopped
"""

from uuid import UUID


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


class StoreError(IngestError):
    """The store cannot do what it must: the disk is full, the file cannot be opened, the schema is newer."""


class StoreInUse(StoreError):
    """Another process works on the same database (there is one dispatcher for each store)."""


class StoreStopped(StoreError):
    """The store was asked after it had been stopped."""

    def __init__(self) -> None:
        super().__init__("the store has been stopped")
