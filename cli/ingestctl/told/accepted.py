"""What became of a submission."""

from dataclasses import dataclass

from ingestctl.told.source import Told


@dataclass(frozen=True, slots=True)
class Accepted(Told):
    """One ingestion that the service has taken, and how many ids went into it."""

    ingestion_id: str
    ids: int
