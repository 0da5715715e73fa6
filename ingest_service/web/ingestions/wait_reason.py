"""The reason why an ingestion waits, for programs and in one sentence."""

from typing import Self

from ingest_service.clock import NANOSECONDS
from ingest_service.domain.model import Status
from ingest_service.domain.progress import Progress
from ingest_service.domain.wording import counted
from ingest_service.limits import in_words
from ingest_service.schedule.estimate import Estimate
from ingest_service.schedule.snapshot import Held
from ingest_service.web.http.fields import Count, PriorityName, ResponseModel, Time
from ingest_service.web.http.times import rfc3339

_NOTHING_WAITS = {Status.COMPLETED: "all is completed", Status.CANCELLED: "it was cancelled"}


class Ahead(ResponseModel):
    """Number of ingestions and batches of a priority that go first."""

    ingestions: Count
    batches: Count


class UsedUp(ResponseModel):
    """Quota, at most `ids` in any `seconds`, that lets the next slot open at `until` and not before.

    While an operator's pause lasts, that is null.
    """

    ids: Count
    seconds: float
    until: Time | None

    @classmethod
    def of(cls, held: Held) -> Self:
        """Return the answer about a quota that holds the next slot up."""
        return cls(ids=held.quota.ids, seconds=held.quota.window / NANOSECONDS, until=rfc3339(held.until))


class WaitReason(ResponseModel):
    """Reason why an ingestion waits for its next slot."""

    ahead: dict[PriorityName, Ahead]
    paused_by_operator: bool
    paused_until: Time | None
    quota: UsedUp | None
    next_at: Time | None
    text: str

    @classmethod
    def of(cls, progress: Progress, estimate: Estimate | None) -> Self:
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
            quota=None if estimate.held is None else UsedUp.of(estimate.held),
            next_at=rfc3339(estimate.next_at),
            text=_sentence(estimate),
        )

    @classmethod
    def of_none(cls, text: str) -> Self:
        """Return the reason of an ingestion that has nothing waiting."""
        return cls(ahead={}, paused_by_operator=False, paused_until=None, quota=None, next_at=None, text=text)


def _sentence(estimate: Estimate) -> str:
    parts = [
        f"{counted(batches, f'{priority.name} batch')} of {counted(ingestions, 'ingestion')} "
        f"{'goes' if batches == 1 else 'go'} first"
        for priority, (ingestions, batches) in estimate.ahead.items()
    ]
    if estimate.paused_until is not None:
        parts.append(f"paused by the upstream until {rfc3339(estimate.paused_until)}")
    if estimate.held is not None:
        parts.append(_used_up(estimate.held))
    if estimate.paused_at is not None:
        parts.append(f"paused by an operator since {rfc3339(estimate.paused_at)}, until somebody resumes")
    else:
        parts.append(f"the next batch runs at {rfc3339(estimate.next_at)}")
    return "; ".join(parts)


def _used_up(held: Held) -> str:
    until = "" if held.until is None else f" until {rfc3339(held.until)}"
    return f"the quota of {held.quota.ids} in {in_words(held.quota.window / NANOSECONDS)} is used up{until}"
