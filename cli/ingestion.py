"""The values of `cli.client` that its callers name most; all of them are in `cli.told`."""

from cli.told.ingestion import Batch, Ingestion, IngestionStatus, Priority, Status

__all__ = ["Batch", "Ingestion", "IngestionStatus", "Priority", "Status"]
