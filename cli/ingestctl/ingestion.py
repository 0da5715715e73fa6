"""The values of `ingestctl.client` that its callers name most; all of them are in `ingestctl.told`."""

from ingestctl.told.ingestion import Batch, Ingestion, IngestionStatus, Priority, Status

__all__ = ["Batch", "Ingestion", "IngestionStatus", "Priority", "Status"]
