"""The rules that a replica keeps."""

from dataclasses import dataclass

from ingest_service.dispatch.retries import RetryRules
from ingest_service.domain.rate import RateLimit
from ingest_service.stores.postgres.sight import SlotTimes


@dataclass(frozen=True, slots=True)
class Rules:
    """The rate of a replica, its retries, its times, and the most ids that may wait.

    It looks at the database every `poll` nanoseconds while nothing of its own happens.
    """

    rate: RateLimit
    retries: RetryRules
    times: SlotTimes
    most_ids: int
    poll: int
