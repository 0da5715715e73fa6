"""The queue of entries behaves like a plain list that is searched for every answer."""

from collections.abc import Iterable, Sequence

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ingest_service.backlog.entry_queue import EntryQueue
from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Ingestion, Priority

priorities = st.sampled_from(Priority)
times = st.integers(0, 9)
choices = st.integers(0, 99)


def described(entries: Iterable[Entry]) -> list[tuple[object, ...]]:
    """Return all of each entry, for entries are equal when only their places are."""
    return [(*one.place, tuple(one.positions), one.attempts, one.ingestion, one.ready) for one in entries]


class QueueAgainstList(RuleBasedStateMachine):
    """Does everything to a queue, and to two lists of what waits now and later."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = EntryQueue()
        self.now: list[Entry] = []
        self.later: list[Entry] = []
        self.accepted = 0

    def entry(self, priority: Priority, count: int, ready: int) -> Entry:
        self.accepted += 1
        ingestion = Ingestion(self.accepted, priority, 3, count)
        return Entry.whole(self.accepted, ingestion, ready)

    @rule(waiting=st.lists(st.tuples(priorities, st.integers(1, 7), times), max_size=5))
    def load(self, waiting: Sequence[tuple[Priority, int, int]]) -> None:
        self.now, self.later = [self.entry(*one) for one in waiting], []
        self.queue = EntryQueue(self.now)

    @rule(priority=priorities, count=st.integers(1, 7), ready=times)
    def put(self, priority: Priority, count: int, ready: int) -> None:
        self.now.append(self.entry(priority, count, ready))
        self.queue.put(self.now[-1])

    @precondition(lambda self: self.now)
    @rule(ready=times)
    def call_the_head_again_later(self, ready: int) -> None:
        head = min(self.now)
        self.cut()
        self.later.append(Entry.of(head.sequence, head.ingestion, head.positions[: head.next_size], 1, ready))
        self.queue.put_later(self.later[-1])

    @precondition(lambda self: self.now)
    @rule()
    def cut_the_head(self) -> None:
        self.cut()

    def cut(self) -> None:
        head = min(self.now)
        batch = self.queue.cut(head.next_size)
        assert (batch.sequence, batch.ingestion, batch.attempts) == (head.sequence, head.ingestion, head.attempts)
        assert batch.positions == head.positions[: head.next_size]
        self.now.remove(head)
        rest = head.after(head.next_size)
        self.now += [rest] if rest else []

    @rule(now=times)
    def move_ready(self, now: int) -> None:
        self.queue.move_ready(now)
        self.now += [entry for entry in self.later if entry.ready <= now]
        self.later = [entry for entry in self.later if entry.ready > now]

    @precondition(lambda self: self.accepted)
    @rule(choice=choices)
    def remove(self, choice: int) -> None:
        sequence = choice % self.accepted + 1
        expected = sorted(entry for entry in self.now + self.later if entry.sequence == sequence)
        assert self.queue.remove(sequence) == expected
        self.now = [entry for entry in self.now if entry.sequence != sequence]
        self.later = [entry for entry in self.later if entry.sequence != sequence]

    @precondition(lambda self: self.accepted)
    @rule(choice=choices, priority=priorities)
    def reprioritise(self, choice: int, priority: Priority) -> None:
        sequence = choice % self.accepted + 1
        self.queue.reprioritise(sequence, priority)
        for waiting in (self.now, self.later):
            waiting[:] = [e.of_priority(priority) if e.sequence == sequence else e for e in waiting]

    @invariant()
    def the_queue_and_the_lists_agree(self) -> None:
        assert described(self.queue.now) == described(sorted(self.now))
        assert described(self.queue.later) == described(sorted(self.later))
        assert len(self.queue) == len(self.now + self.later)
        assert self.queue.first_ready() == min((entry.ready for entry in self.now + self.later), default=None)
        assert self.queue.head() == min(self.now, default=None)


QueueAgainstList.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_the_queue_and_a_list_agree = QueueAgainstList.TestCase
