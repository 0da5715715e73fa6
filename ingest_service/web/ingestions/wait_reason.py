"""The reason why an ingestion waits, for programs and in one sentence."""

from typing import Self

from ingest_service.clock import NANOSECONDS
from ingest_service.domain.model import Status
from ingest_service.domain.progress import Progress
from ingest_service.domain.wording import counted
from ingest_service.limits import in_words
from ingest_service.reports.models import QuotaWait
from ingest_service.schedule.estimate import Estimate
from ingest_service.web.http.fields import Count, PriorityName, ResponseModel, Time
from ingest_service.web.http.times import rfc3339

_NOTHING_WAITS = {Status.COMPLETED: "all is completed", Status.CANCELLED: "it was cancelled"}


class Ahead(ResponseModel):
    """Number of ingestions and batches of a priority that go first."""

    ingestions: Count
    batches: Count


class UsedUp(ResponseModel):
    """Quota, at most `ids` in any `seconds`, that lets the next slot open at `until` and not before."""

    ids: Count
    seconds: float
    until: Time

    @classmethod
    def of(cls, quota: QuotaWait) -> Self:
        """Return the answer about a quota."""
        return cls(ids=quota.ids, seconds=quota.window / NANOSECONDS, until=rfc3339(quota.until))


class WaitReason(ResponseModel):
    """Reason why an ingestion waits for its next slot."""

    ahead: dict[PriorityName, Ahead]
    paused_by_operator: bool
    paused_until: Time | None
    quota: UsedUp | None
    next_at: Time | None
    text: str

    @classmethod
    def of(cls, progress: Progress, estimate: Estimate | None, quota: QuotaWait | None) -> Self:
        """Return the reason; an ingestion without an estimate has nothing that waits."""
        if estimate is None:
            text = _NOTHING_WAITS.get(progress.status, "the last batches are being called")
            return cls.of_none(text)
        return cls(
            ahead={
                priority: Ahead(ingestions=ingestions, batches=batches)
                for priority, (ingestions, batches) in estimate.ahead.items()
            },
            paused_by_operator=estimate.paused_at is not None,
            paused_until=rfc3339(estimate.paused_until),
            quota=None if quota is None else UsedUp.of(quota),
            next_at=rfc3339(estimate.next_at),
            text=_sentence(estimate, quota),
        )

    @classmethod
    def of_none(cls, text: str) -> Self:
        """Return the reason of an ingestion of which nothing waits."""
        return cls(ahead={}, paused_by_operator=False, paused_until=None, quota=None, next_at=None, text=text)


def _sentence(estimate: Estimate, quota: QuotaWait | None) -> str:
    parts = [
        f"{counted(batches, f'{priority.name} batch')} of {counted(ingestions, 'ingestion')} "
        f"{'goes' if batches == 1 else 'go'} first"
        for priority, (ingestions, batches) in estimate.ahead.items()
    ]
    if estimate.paused_until is not None:
        parts.append(f"paused by the upstream until {rfc3339(estimate.paused_until)}")
    if quota is not None:
        window = in_words(quota.window / NANOSECONDS)
        parts.append(f"the quota of {quota.ids} in {window} is used up until {rfc3339(quota.until)}")
    if estimate.paused_at is not None:
        parts.append(f"paused by an operator since {rfc3339(estimate.paused_at)}, until somebody resumes")
    else:
        parts.append(f"the next batch runs at {rfc3339(estimate.next_at)}")
    return "; ".join(parts)
