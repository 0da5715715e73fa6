"""A replay of the journal: what waited when a slot was opened, and what the slot should have carried.

It knows the rule independently of the product: whole batches in strict order, as long as they fit.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.processes.replicas.journal import Event, Transaction

BATCH = SLOT = 3
SLOTS_OF_AN_OUTAGE = 3

# An id in its place: sequence, position, attempts before.
Called = tuple[int, int, int]


@dataclass
class Entry:
    """Ids of one ingestion that wait together, in their place."""

    place: tuple[int, int, int]
    positions: list[int]
    attempts: int


@dataclass
class Ingestion:
    """The ids of an ingestion that wait: those from `released` on, and by position those called again."""

    sequence: int
    priority: int
    count: int
    released: int = 0
    again: dict[int, dict[str, Any]] = field(default_factory=dict)

    def entries(self, now: int) -> Iterator[Entry]:
        """Yield what waits of it and is due."""
        alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for position, wait in sorted(self.again.items()):
            if wait["due_at"] <= now:
                alike[position // BATCH, wait["attempts"], wait["due_at"], wait["length"]].append(position)
        for (_, attempts, *_), positions in alike.items():
            yield self._entry(positions, attempts)
        for first in _batch_starts(self.released, self.count):
            yield self._entry(list(range(first, min(self.count, (first // BATCH + 1) * BATCH))), 0)

    def _entry(self, positions: list[int], attempts: int) -> Entry:
        return Entry((self.priority, self.sequence, positions[0]), positions, attempts)

    def call(self, position: int) -> None:
        """Let an id wait no more."""
        if self.again.pop(position, None) is None:
            self.released = position + 1


@dataclass(frozen=True)
class Misordered:
    """A slot, the calls that it should have carried, and those that it did."""

    number: int
    expected: list[Called]
    found: list[Called]


class Replay:
    """The waiting ids, transaction by transaction."""

    def __init__(self) -> None:
        self._ingestions: dict[int, Ingestion] = {}
        self._failed: list[tuple[int, bool]] = []
        self.misordered: list[Misordered] = []
        # Spans of the wall clock in which no new id waited; those that are called again may wait for their time.
        self.idle: list[tuple[int, int]] = []
        self._idle_since: int | None = None

    def play(self, journal: Iterable[Transaction]) -> None:
        """Play all transactions."""
        for transaction in journal:
            if any(event.kind == "opened" for event in transaction):
                self._open(transaction)
            else:
                for event in transaction:
                    self._apply(event)
            self._note_idle(transaction[-1].at)

    def _apply(self, event: Event) -> None:
        fields = event.fields
        match event.kind:
            case "accepted":
                count = (len(fields["ids"]) - len("\\x")) // 8
                self._ingestions[fields["sequence"]] = Ingestion(fields["sequence"], fields["priority"], count)
            case "moved":
                self._ingestions[fields["sequence"]].priority = fields["priority"]
            case "cancelled":
                one = self._ingestions[fields["sequence"]]
                one.released, one.again = one.count, {}
            case "waits":
                self._ingestions[fields["sequence"]].again[fields["position"]] = fields
            case "ended" if fields["how"] == "closed":
                self._failed.append((fields["number"], fields["failed"]))

    def _open(self, transaction: Transaction) -> None:
        (slot,) = (event.fields for event in transaction if event.kind == "opened")
        rows = sorted((e.fields for e in transaction if e.kind == "called"), key=lambda row: row["place"])
        found = [(row["sequence"], row["position"], row["attempts"]) for row in rows]
        # What was due is looked at between these two times.
        began, ended = slot["opened_at"], transaction[0].at
        choices = [self._choose(now) for now in {began, *self._due_times(began, ended)}]
        if found not in choices:
            self.misordered.append(Misordered(slot["number"], choices[0], found))
        for sequence, position, _ in found:
            self._ingestions[sequence].call(position)

    def _due_times(self, after: int, until: int) -> Iterator[int]:
        for one in self._ingestions.values():
            yield from (wait["due_at"] for wait in one.again.values() if after < wait["due_at"] <= until)

    def _choose(self, now: int) -> list[Called]:
        """Return what a slot carries that opens now."""
        chosen: list[Called] = []
        for entry in self._due(now):
            if self._is_outage():
                return [(entry.place[1], entry.positions[0], entry.attempts)]
            if len(chosen) + len(entry.positions) > SLOT:
                break
            chosen += [(entry.place[1], position, entry.attempts) for position in entry.positions]
        return chosen

    def _due(self, now: int) -> list[Entry]:
        entries = (entry for one in self._ingestions.values() for entry in one.entries(now))
        return sorted(entries, key=lambda entry: entry.place)

    def _is_outage(self) -> bool:
        latest = sorted(self._failed)[-SLOTS_OF_AN_OUTAGE:]
        return len(latest) == SLOTS_OF_AN_OUTAGE and all(failed for _, failed in latest)

    def _note_idle(self, at: int) -> None:
        waits = any(one.released < one.count for one in self._ingestions.values())
        if waits and self._idle_since is not None:
            self.idle.append((self._idle_since, at))
            self._idle_since = None
        elif not waits and self._idle_since is None:
            self._idle_since = at


def _batch_starts(released: int, count: int) -> Iterator[int]:
    """Yield the position of the first waiting id of each batch."""
    while released < count:
        yield released
        released = (released // BATCH + 1) * BATCH
