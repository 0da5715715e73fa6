"""A model of replicas that share a database: it plays steps in any order, and notes when each call started.

Time is one number for all; each replica's own clock is shifted against it. In a step the replica whose turn it is
does the next thing that a replica does (ask the database, receive the answer, open a slot, make a call, close the
slot), with or without an answer to its commit, or is restarted; or the database fails over, with or without its
last change. Then the replica rests until it may act, or for a time: one that rests for long is one that
was stopped.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import pairwise
from uuid import UUID, uuid4

from ingest_service.stores.postgres.sight import SeenSlot, Sight, SlotTimes

NONE = SeenSlot(0, None, True, 0, SlotTimes(0, 0, 0), "1")


@dataclass
class ModelDatabase:
    """The last slot, and what it was before the last change."""

    slot: SeenSlot = NONE
    before: SeenSlot = NONE

    def change(self, slot: SeenSlot) -> None:
        self.before, self.slot = self.slot, slot

    def fail_over(self, *, loses: bool) -> None:
        kept = self.before if loses else self.slot
        self.slot = self.before = replace(kept, timeline=str(int(self.slot.timeline) + 1))


@dataclass
class InHand:
    """A slot that a replica opened: its number, when its grant runs out, and when its calls started."""

    number: int
    until: int
    starts: list[int] = field(default_factory=list)


class ModelReplica:
    """One replica: its sight, its clock, the answer that is on its way to it, and the slot in its hand."""

    def __init__(
        self, world: "World", shift: int, times: SlotTimes, make_sight: Callable[[SlotTimes], Sight] = Sight
    ) -> None:
        self.world = world
        self.shift = shift
        self.times = times
        self.make_sight = make_sight
        self.restart()

    def restart(self) -> None:
        self.owner: UUID = uuid4()
        self.sight = self.make_sight(self.times)
        self.asked: SeenSlot | None = None
        self.in_hand: InHand | None = None

    @property
    def now(self) -> int:
        return self.world.time + self.shift

    def go_on(self, answered: bool) -> None:
        """Do the next thing; `answered` says whether the answer to a commit comes."""
        if self.in_hand is not None:
            if self.in_hand.starts or self.world.time >= self.in_hand.until:
                self._close(answered)
            else:
                self._call()
        elif self.asked is not None:
            self.sight.note(self.asked, self.now)
            self.asked = None
            self._act(answered)
        else:
            self.asked = self.world.database.slot

    def rests_until(self, rest: int | None) -> int:
        """Return when its next turn is: after this time, or (None) when it may act next."""
        if rest is not None:
            return self.world.time + rest
        is_busy = self.in_hand is not None or self.asked is not None or self.sight.seen is None
        return self.world.time if is_busy else max(self.world.time + 1, self.sight.due - self.shift)

    def _act(self, answered: bool) -> None:
        """Do what the sight allows: open the next slot, or end one that is lost or its own by mistake."""
        slot = self.world.database.slot
        if not self.sight.is_as_seen(slot):
            return
        if not slot.is_closed and slot.owner == self.owner:
            self.world.database.change(replace(slot, is_closed=True, age=0))
        elif self.now >= self.sight.due and not slot.is_closed:
            times = self.times.longest(slot.times)
            self.world.database.change(replace(slot, is_closed=True, age=max(times.timeout, times.interval)))
        elif self.now >= self.sight.due:
            self._open(slot, answered)

    def _open(self, last: SeenSlot, answered: bool) -> None:
        opened = SeenSlot(last.number + 1, self.owner, False, 0, self.times, last.timeline)
        self.world.database.change(opened)
        if answered:
            self.sight.note_opened(opened, self.now)
            self.in_hand = InHand(opened.number, self.world.time + self.times.grant)

    def _call(self) -> None:
        hand = self.in_hand
        assert hand is not None
        hand.starts.append(self.world.time)
        self.world.starts.append((self.world.time, self.owner, hand.number))

    def _close(self, answered: bool) -> None:
        slot, hand = self.world.database.slot, self.in_hand
        assert hand is not None
        is_own = slot.number == hand.number and slot.owner == self.owner
        if is_own and not slot.is_closed:
            age = self.world.time - hand.starts[-1] if hand.starts else 0
            self.world.database.change(replace(slot, is_closed=True, age=age))
        if answered:
            if is_own:
                self.sight.note_closed((hand.starts[-1] if hand.starts else self.world.time) + self.shift)
            self.in_hand = None


@dataclass
class World:
    """Replicas, their database, and every start of a call: (time, replica, slot)."""

    time: int = 10**6
    database: ModelDatabase = field(default_factory=ModelDatabase)
    replicas: list[ModelReplica] = field(default_factory=list)
    starts: list[tuple[int, UUID, int]] = field(default_factory=list)

    def play(self, steps: Iterable[tuple[str, int | None]]) -> None:
        """Play steps: each is what happens at the turn of a replica, and how long that one rests afterwards."""
        turns = [(self.time, number) for number in range(len(self.replicas))]
        for event, rest in steps:
            self.time, number = heappop(turns)
            self._play(self.replicas[number], event)
            heappush(turns, (self.replicas[number].rests_until(rest), number))

    def _play(self, one: ModelReplica, event: str) -> None:
        if event == "restart":
            one.restart()
        elif event in ("fail over", "lose"):
            self.database.fail_over(loses=event == "lose")
        else:
            one.go_on(answered=event != "no answer")

    def closest_starts(self) -> int | None:
        """Return the least time between two calls of different slots, None without two slots."""
        ordered = sorted(self.starts)
        gaps = [later - earlier for (earlier, *slot), (later, *other) in pairwise(ordered) if slot != other]
        return min(gaps, default=None)
