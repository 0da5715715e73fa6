"""The values that the service answers, read from its JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self


def parse_time(text: str | None) -> datetime | None:
    """Read a time of the service's JSON; raises ValueError or TypeError if it is none."""
    return None if text is None else datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A value of the service; `raw` is the JSON it was read from, with every key."""

    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Deadline:
    """When an ingestion has to be completed, and whether it will be as things stand."""

    at: datetime
    holds: bool

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(datetime.fromisoformat(answer["at"]), bool(answer["holds"]))


@dataclass(frozen=True, slots=True)
class Slip:
    """One event that put an ingestion off: when it was, by how many slots and seconds, and the reason."""

    at: datetime
    slots: int
    seconds: float
    text: str

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(
            datetime.fromisoformat(answer["at"]),
            int(answer["slots"]),
            float(answer["seconds"]),
            str(answer["text"]),
        )


@dataclass(frozen=True, slots=True)
class Ahead:
    """What goes first with one priority."""

    priority: str
    ingestions: int
    batches: int


@dataclass(frozen=True, slots=True)
class WaitReason:
    """What goes before an ingestion, until when the upstream wants a pause, and when the next batch runs.

    While an operator has paused the dispatcher nobody knows when that is.
    """

    ahead: tuple[Ahead, ...]
    paused_until: datetime | None
    next_at: datetime | None
    paused_by_operator: bool = False

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(
            tuple(Ahead(str(p), int(n["ingestions"]), int(n["batches"])) for p, n in answer["ahead"].items()),
            parse_time(answer["paused_until"]),
            parse_time(answer["next_at"]),
            bool(answer.get("paused_by_operator")),
        )


class Priority(StrEnum):
    """How urgent an ingestion is."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class Status(StrEnum):
    """How far a batch, or a whole ingestion, has come."""

    YET_TO_START = "yet_to_start"
    TRIGGERED = "triggered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Batch:
    """A few ids that are released together."""

    batch_id: str
    ids: tuple[int, ...]
    status: Status

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read a batch of the service's JSON; raises KeyError, TypeError or ValueError if it is none."""
        return cls(str(answer["batch_id"]), tuple(map(int, answer["ids"])), Status(answer["status"]))


@dataclass(frozen=True, slots=True)
class IngestionStatus:
    """Where one ingestion stood when the service answered.

    `etag` names this state to the service, and `retry_after` is how many seconds it asks to be left alone;
    None where it did not say.
    """

    ingestion_id: str
    status: Status
    batches: tuple[Batch, ...]
    etag: str | None = None
    retry_after: int | None = None

    @property
    def completed(self) -> int:
        """How many batches are completed."""
        return sum(batch.status is Status.COMPLETED for batch in self.batches)

    @property
    def total(self) -> int:
        """How many batches there are."""
        return len(self.batches)

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        batches = tuple(map(Batch.parse, answer["batches"]))
        return cls(str(answer["ingestion_id"]), Status(answer["status"]), batches)


@dataclass(frozen=True, slots=True)
class Ingestion(Response):
    """One ingestion as a whole, and when it runs: times that lie ahead are expected, the others are facts.

    `batches` counts them by status, `ids` and `failed` count ids; None stands for what is not known. `slips` are
    what put it off, the latest first. `etag` and `retry_after` are as in IngestionStatus.
    """

    ingestion_id: str
    status: Status
    priority: Priority
    created_at: datetime | None
    ids: int
    batches: Mapping[Status, int]
    failed: int
    slots_used: int
    starts_at: datetime | None
    completes_at: datetime | None
    position: int | None
    why: WaitReason | None
    deadline: Deadline | None = None
    slips: tuple[Slip, ...] = ()
    etag: str | None = None
    retry_after: int | None = None

    @property
    def completed(self) -> int:
        """How many batches are completed."""
        return self.batches[Status.COMPLETED]

    @property
    def total(self) -> int:
        """How many batches there are."""
        return sum(self.batches.values())

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        position, why, deadline = answer["position"], answer["why"], answer.get("deadline")
        return cls(
            ingestion_id=str(answer["ingestion_id"]),
            status=Status(answer["status"]),
            priority=Priority(answer["priority"]),
            created_at=parse_time(answer["created_at"]),
            ids=int(answer["ids"]),
            batches=batch_counts(answer["batches"]),
            failed=int(answer["failed"]),
            slots_used=int(answer["slots_used"]),
            starts_at=parse_time(answer["starts_at"]),
            completes_at=parse_time(answer["completes_at"]),
            position=None if position is None else int(position),
            why=None if why is None else WaitReason.parse(why),
            deadline=None if deadline is None else Deadline.parse(deadline),
            slips=tuple(map(Slip.parse, answer.get("slips", ()))),
            raw=answer,
        )


def batch_counts(answer: Mapping[str, Any]) -> Mapping[Status, int]:
    """Read the counts of batches; the service counts the cancelled ones only where there are any."""
    counts = {Status.CANCELLED: 0, **answer}
    return {status: int(counts[status]) for status in Status}


@dataclass(frozen=True, slots=True)
class ListedIngestion(Response):
    """One ingestion in short; `batches` counts them by status, `ids` and `failed` count ids."""

    ingestion_id: str
    status: Status
    priority: Priority
    created_at: datetime | None
    ids: int
    batches: Mapping[Status, int]
    failed: int
    deadline: datetime | None

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(
            ingestion_id=str(answer["ingestion_id"]),
            status=Status(answer["status"]),
            priority=Priority(answer["priority"]),
            created_at=parse_time(answer["created_at"]),
            ids=int(answer["ids"]),
            batches=batch_counts(answer["batches"]),
            failed=int(answer["failed"]),
            deadline=parse_time(answer["deadline"]),
            raw=answer,
        )


LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class TimedBatch(Response):
    """A batch, its number in the ingestion (from 0), and when it runs.

    As long as it waits, `started_at` is the expected time; None stands for everything that is not known.
    """

    batch_id: str
    number: int
    ids: tuple[int, ...]
    status: Status
    attempts: int | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read a batch of the service's JSON; raises KeyError, TypeError or ValueError if it is none."""
        return cls(
            str(answer["batch_id"]),
            int(answer["number"]),
            tuple(map(int, answer["ids"])),
            Status(answer["status"]),
            int(answer["attempts"]),
            parse_time(answer["started_at"]),
            parse_time(answer["finished_at"]),
            raw=answer,
        )


@dataclass(frozen=True, slots=True)
class BatchPage:
    """Neighbouring batches, and the number after which the next page begins, None on the last."""

    batches: tuple[TimedBatch, ...]
    next_after: int | None

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        after = answer["next_after"]
        return cls(tuple(map(TimedBatch.parse, answer["batches"])), None if after is None else int(after))


@dataclass(frozen=True, slots=True)
class Result(Response):
    """The upstream's JSON for one id, or, if it failed in the end, the `error`.

    Then `attempts` and `last_status` are known, too, except for the status of a call that was never answered.
    """

    id: int
    result: Any
    error: str | None = None
    attempts: int | None = None
    last_status: int | None = None

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        if "error" not in answer:
            return cls(int(answer["id"]), answer["result"], raw=answer)
        return cls(
            int(answer["id"]),
            None,
            str(answer["error"]),
            int(answer["attempts"]),
            answer["last_status"],
            raw=answer,
        )


@dataclass(frozen=True, slots=True)
class ScheduledBatch:
    """A batch that waits for its slot."""

    batch_id: str
    ingestion_id: str
    priority: Priority
    ids: tuple[int, ...]

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(
            str(answer["batch_id"]),
            str(answer["ingestion_id"]),
            Priority(answer["priority"]),
            tuple(map(int, answer["ids"])),
        )


@dataclass(frozen=True, slots=True)
class Slot(Response):
    """One opening of the rate limit; `opens_at` is None while an operator has paused the dispatcher."""

    opens_at: datetime | None
    ids: tuple[int, ...]
    batches: tuple[ScheduledBatch, ...]

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(
            parse_time(answer["opens_at"]),
            tuple(map(int, answer["ids"])),
            tuple(map(ScheduledBatch.parse, answer["batches"])),
            raw=answer,
        )


@dataclass(frozen=True, slots=True)
class Schedule:
    """The slots to come, the next one first."""

    slots: tuple[Slot, ...]

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(tuple(map(Slot.parse, answer["slots"])))


@dataclass(frozen=True, slots=True)
class PastSlot(Response):
    """A slot of the ledger: when it opened, when its last call ended (None: not yet), and the ids it called."""

    number: int
    opened_at: datetime | None
    closed_at: datetime | None
    ids: tuple[int, ...]

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(
            int(answer["number"]),
            parse_time(answer["opened_at"]),
            parse_time(answer["closed_at"]),
            tuple(map(int, answer["ids"])),
            raw=answer,
        )


@dataclass(frozen=True, slots=True)
class Delay:
    """How much later another ingestion would complete; times are None while nobody knows them."""

    ingestion_id: str
    priority: Priority
    completes_at: datetime | None
    would_complete_at: datetime | None
    seconds: float

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(
            str(answer["ingestion_id"]),
            Priority(answer["priority"]),
            parse_time(answer["completes_at"]),
            parse_time(answer["would_complete_at"]),
            float(answer["seconds"] or 0),
        )


@dataclass(frozen=True, slots=True)
class DryRun(Response):
    """When a submission would run, in how many slots, and whom it would delay: the most delayed of `delayed`.

    Times are None while an operator has paused the dispatcher.
    """

    starts_at: datetime | None
    completes_at: datetime | None
    slots: int
    position: int
    delayed: int
    delays: tuple[Delay, ...]

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(
            parse_time(answer["starts_at"]),
            parse_time(answer["completes_at"]),
            int(answer["slots"]),
            int(answer["position"]),
            int(answer["delayed"]),
            tuple(map(Delay.parse, answer["delays"])),
            raw=answer,
        )


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """How much waits with one priority."""

    ingestions: int
    batches: int
    ids: int

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(int(answer["ingestions"]), int(answer["batches"]), int(answer["ids"]))


@dataclass(frozen=True, slots=True)
class Dispatcher(Response):
    """Whether an operator paused it, until when the upstream did, when it goes on, and what waits."""

    state: str
    paused_at: datetime | None
    upstream_paused_until: datetime | None
    probing: bool
    next_slot_at: datetime | None
    backlog: Mapping[Priority, QueueDepth]

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(
            str(answer["state"]),
            parse_time(answer["paused_at"]),
            parse_time(answer["upstream_paused_until"]),
            bool(answer["probing"]),
            parse_time(answer["next_slot_at"]),
            {priority: QueueDepth.parse(answer["backlog"][priority]) for priority in Priority},
            raw=answer,
        )


@dataclass(frozen=True, slots=True)
class Accepted(Response):
    """One ingestion that the service has taken, and how many ids went into it."""

    ingestion_id: str
    ids: int


@dataclass(frozen=True, slots=True)
class Health(Response):
    """In one word how the service is, and its version, None if it does not say."""

    status: str
    version: str | None = None

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(str(answer["status"]), answer.get("version"), raw=answer)
