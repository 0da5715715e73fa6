"""The last slot as a replica saw it, and the time from which this replica may go on.

No reading of a clock ever crosses a machine: a replica counts from the moment of its own monotonic clock at which
it knew, and the database adds nothing but lengths of time that the opener of a slot measured.
"""

from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SlotTimes:
    """Times of the replica that opens a slot, in nanoseconds.

    Its calls are sent within `grant` of the commit, or not at all; each ends within `timeout`; the next slot opens
    `interval` after the start of the last one.
    """

    grant: int
    timeout: int
    interval: int

    def longest(self, other: "SlotTimes") -> "SlotTimes":
        """Return the longer one of each time: replicas with other settings keep to the more careful ones."""
        return SlotTimes(
            max(self.grant, other.grant), max(self.timeout, other.timeout), max(self.interval, other.interval)
        )

    def with_interval(self, interval: int) -> "SlotTimes":
        """Return the times of a replica beside one with this interval: the longer one counts."""
        return replace(self, interval=max(self.interval, interval))

    @property
    def until_lost(self) -> int:
        """Time after which nothing of an open slot can go on, and the next one may open, since it was seen."""
        return self.grant + max(self.timeout, self.interval)


@dataclass(frozen=True, slots=True)
class SeenSlot:
    """The last slot as the database shows it; number 0, closed, before the first.

    `age` is the time from the start of its last call until its close was sent (0 while it is open). `timeline`
    names the history of the database: it changes where a standby was promoted or a backup restored.
    """

    number: int
    owner: UUID | None
    is_closed: bool
    age: int
    times: SlotTimes
    timeline: str

    @property
    def identity(self) -> tuple[int, UUID | None, bool, str]:
        """Everything that changes when a slot opens or closes, or when the database is another one."""
        return self.number, self.owner, self.is_closed, self.timeline


class Sight:
    """The last slot that this replica saw, and from when on it may act. One thread; times of its monotonic clock.

    It may open the next slot from `due` on if the last one is closed, and declare it lost from then on if not.
    Each rule counts from the moment at which something was *seen*, so what happened unseen only makes the wait
    longer.
    """

    def __init__(self, own: SlotTimes) -> None:
        self._own = own
        self._seen: SeenSlot | None = None
        self._seen_at = 0
        self.due = 0

    @property
    def seen(self) -> SeenSlot | None:
        """The last slot that was seen, None before the first look."""
        return self._seen

    def is_as_seen(self, slot: SeenSlot) -> bool:
        """Return whether this is the slot that was seen last, in the same state."""
        return self._seen is not None and self._seen.identity == slot.identity

    def note(self, slot: SeenSlot, at: int) -> None:
        """Note the last slot as an answer of the database showed it that had come by `at`.

        Answers are noted in the order in which they were asked for. The same slot again changes nothing.
        """
        if self.is_as_seen(slot):
            return
        times = self._own.longest(slot.times)
        if self._seen is None:
            # The database may have lost its last slot before this replica looked, so its age proves nothing.
            self.due = at + (times.grant + times.interval if slot.is_closed else times.until_lost)
        elif self._is_doubtful(self._seen, slot):
            self.due = max(self.due, at + times.until_lost)
        elif slot.is_closed:
            self.due = at + times.interval - min(slot.age, times.interval)
        else:
            self.due = at + times.until_lost
        self._seen, self._seen_at = slot, at

    def note_opened(self, slot: SeenSlot, at: int) -> None:
        """Note a slot that this replica opened, by `at`."""
        self._seen, self._seen_at = slot, at
        self.due = at + self._own.longest(slot.times).until_lost

    def note_closed(self, started: int) -> None:
        """Note that this replica closed the slot that it saw last, its own; the last call started at `started`."""
        if self._seen is not None:
            self.due = started + self._own.longest(self._seen.times).interval
            self._seen = replace(self._seen, is_closed=True)

    def next_start(self, *, will_be_closed: bool) -> int:
        """Return the time before which no slot opens, where the last one will be closed or is lost."""
        if self._seen is None or self._seen.is_closed or not will_be_closed:
            return self.due
        return self._seen_at + self._own.longest(self._seen.times).interval

    @staticmethod
    def _is_doubtful(before: SeenSlot, now: SeenSlot) -> bool:
        """Return whether the database may have lost a slot: it went back, or is another one."""
        went_back = (now.number, now.is_closed) < (before.number, before.is_closed)
        is_another = now.number == before.number and now.owner != before.owner
        return went_back or is_another or now.timeline != before.timeline


class PauseSight:
    """The upstream's last pause as a replica saw it.

    It ends by the clock of the replica, counted from when it was seen first: that of the database may be set.
    Any thread may read `ends` (monotonic).
    """

    def __init__(self) -> None:
        self._seen = (0, 0)
        self.ends = 0

    def note(self, pause: tuple[int, int], ends: int) -> None:
        """Note a pause, named by its end and length in the database; it ends at `ends`, unless it is known."""
        if pause != self._seen:
            self._seen, self.ends = pause, ends

    def hold(self, until: int) -> None:
        """Note a pause that this replica was asked for, until then."""
        self.ends = max(self.ends, until)


def expected_start(slot: SeenSlot, started_ago: int, own: SlotTimes, now: int) -> int:
    """Return when the next slot is likely to open, for forecasts; nothing is allowed by it.

    The last call of the last slot started `started_ago` by the clock of the database.
    """
    if slot.number == 0:
        return now
    interval = own.longest(slot.times).interval
    return now + interval - min(max(0, started_ago), interval)
