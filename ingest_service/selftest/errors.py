"""The error of the self-test."""

from ingest_service.errors import IngestError


class SelftestFailed(IngestError):
    """A check could not go on; the sentence says why."""
