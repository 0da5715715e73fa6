"""Interface for counting events."""

from typing import Protocol

from ingest_service.domain.ledger import Answer


class Observer(Protocol):
    """Counts events. Any thread; never blocks and never raises. Times are nanoseconds."""

    def slot_opened(self, ids: int, late: int) -> None:
        """Count a slot with this number of ids, opened `late` after it might have been."""

    def call_ended(self, answer: Answer, duration: int) -> None:
        """Count one upstream call that was made, and its answer."""

    def called_again(self, ids: int) -> None:
        """Count ids that failed and will be called again."""

    def slot_lost(self) -> None:
        """Count a slot of another replica that was declared lost."""

    def grant_ran_out(self, ids: int) -> None:
        """Count ids of a slot that were not called, for its time was over."""

    def paused(self, duration: int) -> None:
        """Count a pause that the upstream asked for."""

    def deadline_broken(self) -> None:
        """Count an accepted deadline that can no longer be met."""

    def damage_found(self) -> None:
        """Count an ingestion that was set aside because its ids are damaged in the store."""

    def gate_waited(self, duration: int) -> None:
        """Count a wait for the gate of the database that the replicas share."""

    def committed(self, writes: int, duration: int) -> None:
        """Count a commit to the disk, shared by this number of writes."""
