"""The plan of a day, drawn from a seed: what clients ask and when, and everything that goes wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random
from typing import TypeVar

from ingest_service.dispatch.retries import RetryRules
from ingest_service.domain.model import Priority
from ingest_service.domain.rate import Quota, RateLimit
from tests.simulation import SECOND

T = TypeVar("T")
DAY = 24 * 3600 * SECOND
# Clients are busy in a few spells of a day, each of this many intervals: more comes than is called meanwhile.
_BUSY_INTERVALS = 15


@dataclass(frozen=True)
class Submit:
    """A client submits this many ids; `deadline` is from now on.

    With a key it is sent until it is accepted, and then once more if it `repeats`.
    """

    name: int
    size: int
    priority: Priority
    has_key: bool
    repeats: bool
    deadline: int | None


@dataclass(frozen=True)
class Change:
    """A client gives one of the last ingestions another priority, or cancels it (None)."""

    which: int
    priority: Priority | None


@dataclass(frozen=True)
class Look:
    """A client reads one of the last ingestions."""

    which: int


@dataclass(frozen=True)
class Retry:
    """A client submits the failed ids of one of the last ingestions again, as the submission `name`."""

    which: int
    name: int


@dataclass(frozen=True)
class Switch:
    """An operator pauses or resumes."""

    pauses: bool


@dataclass(frozen=True)
class WriteSlips:
    """The service writes down the slips so far, as it does beside its other work."""


@dataclass(frozen=True)
class Restart:
    """The service is stopped and started again."""


@dataclass(frozen=True)
class Kill:
    """The service is killed, and started again; `boots`: with the machine."""

    boots: bool = False


@dataclass(frozen=True)
class SetWallClock:
    """The wall clock is set forward by this time, or back."""

    by: int


Happening = Submit | Change | Look | Retry | Switch | WriteSlips | Restart | Kill | SetWallClock


@dataclass(frozen=True)
class Spell:
    """A span of time in which something is of one kind; until `end`, without it."""

    begin: int
    end: int
    kind: str


# The upstream's spells; outside of them one call of many fails.
UPSTREAM_SPELLS = ("outage", "errors", "throttled", "slow", "refused")
# On a full disk nothing can be written, from a broken one nothing can be read.
DISK_SPELLS = ("full", "unreadable")


@dataclass
class Day:
    """A day by its seed. Times count from its begin."""

    seed: int
    rate: RateLimit
    batch_size: int
    retry_rules: RetryRules
    most_ids: int
    # Between two calls of a slot.
    thread_lag: int
    happenings: list[tuple[int, Happening]]
    upstream: list[Spell]
    disk: list[Spell]
    # Shares of the writes that fail, and that fail and yet may be on the disk.
    failing: float
    uncertain: float
    # The numbers of the steps before which the service is killed.
    kills: frozenset[int] = field(default_factory=frozenset)

    @classmethod
    def of(cls, seed: int) -> "Day":
        """Draw a day."""
        chance = Random(seed)
        rate = _rate(chance)
        spells = sorted(chance.randrange(DAY) for _ in range(chance.randint(1, 3)))
        draw = _Draw(chance, rate, spells)
        has_faults, dies = chance.random() < 0.7, chance.random() < 0.7
        return cls(
            seed=seed,
            rate=rate,
            batch_size=chance.choice([rate.slot_size, rate.slot_size, chance.randint(1, rate.slot_size)]),
            retry_rules=RetryRules(
                chance.randint(1, 5), chance.choice([SECOND // 2, 5 * SECOND, 60 * SECOND]), chance
            ),
            most_ids=chance.choice([40, 200, 10_000]),
            thread_lag=chance.choice([0, 0, SECOND // 1000]),
            happenings=sorted(draw.happenings(dies), key=lambda one: one[0]),
            upstream=list(draw.spells(UPSTREAM_SPELLS, chance.randint(0, 5))),
            disk=list(draw.spells(DISK_SPELLS, chance.randint(0, 3))) if has_faults else [],
            failing=chance.choice([0, 0.02, 0.2]) if has_faults else 0,
            uncertain=chance.choice([0, 0.02, 0.1]) if has_faults else 0,
            kills=draw.kills() if dies else frozenset(),
        )


def _rate(chance: Random) -> RateLimit:
    slot_size, interval = chance.choice([1, 2, 3, 3, 3, 5]), chance.choice([1, 5, 5, 20]) * SECOND
    guard = chance.choice([0, SECOND // 100])
    return RateLimit(
        slot_size=slot_size,
        interval=interval + guard,
        linger=chance.choice([0, 3 * SECOND // 10]),
        longest_pause=chance.choice([10, 3600]) * SECOND,
        fills=chance.random() < 0.3,
        quotas=tuple(_quotas(chance, slot_size, interval)) if chance.random() < 0.4 else (),
        guard=guard,
    )


def _quotas(chance: Random, slot_size: int, interval: int) -> Iterator[Quota]:
    """Yield one limit or two that are narrower than the slots alone, over some intervals and over many."""
    for intervals in (chance.randint(2, 10), chance.randint(20, 200))[: chance.randint(1, 2)]:
        yield Quota(slot_size * chance.randint(1, intervals), interval * intervals + chance.randrange(interval))


class _Draw:
    """Draws what happens in the busy spells, which begin at these times."""

    def __init__(self, chance: Random, rate: RateLimit, begins: list[int]) -> None:
        self._chance = chance
        self._interval = rate.interval
        self._has_quotas = bool(rate.quotas)
        self._begins = begins
        self._names = 0

    def happenings(self, dies: bool) -> Iterator[tuple[int, Happening]]:
        """Yield everything that happens, with its time."""
        chance = self._chance
        yield from self._many(chance.randint(3, 25), self._submit)
        yield from self._many(chance.randint(0, 12), lambda: Change(chance.randrange(6), self._priority_or_none()))
        yield from self._many(chance.randint(5, 25), lambda: Look(chance.randrange(6)))
        yield from self._many(chance.randint(0, 4), lambda: Retry(chance.randrange(6), self._next_name()))
        yield from self._many(chance.randint(0, 4), WriteSlips)
        yield from self._pauses(chance.choice([0, 0, 1, 2]))
        yield from self._many(chance.choice([0, 0, 1, 3]), Restart)
        if dies:
            yield from self._many(chance.choice([0, 1, 3]), lambda: Kill(chance.random() < 0.3))
        # A quota that outlives a boot counts on the wall clock.
        if dies and not self._has_quotas:
            yield from self._many(
                chance.choice([0, 0, 1]), lambda: SetWallClock(chance.randint(-3600, 3600) * SECOND)
            )

    def spells(self, kinds: tuple[str, ...], count: int) -> Iterator[Spell]:
        """Yield spells of some intervals each."""
        for begin, kind in self._many(count, lambda: self._chance.choice(kinds)):
            yield Spell(begin, begin + self._chance.randint(1, 8) * self._interval, kind)

    def kills(self) -> frozenset[int]:
        """Return numbers of steps, some of them close together."""
        gaps = (self._chance.choice([3, 20, 100, 400]) for _ in range(self._chance.randint(0, 12)))
        return frozenset(accumulate(self._chance.randint(1, gap) for gap in gaps))

    def _many(self, count: int, make: Callable[[], T]) -> Iterator[tuple[int, T]]:
        for _ in range(count):
            yield self._time(), make()

    def _time(self) -> int:
        return self._chance.choice(self._begins) + self._chance.randrange(_BUSY_INTERVALS * self._interval)

    def _submit(self) -> Submit:
        chance = self._chance
        return Submit(
            name=self._next_name(),
            size=chance.choice([1, 2, 3, 4, 5, chance.randint(1, 12), chance.randint(1, 40)]),
            priority=chance.choice(list(Priority)),
            has_key=chance.random() < 0.5,
            repeats=chance.random() < 0.3,
            deadline=chance.randint(1, 60) * self._interval if chance.random() < 0.2 else None,
        )

    def _next_name(self) -> int:
        self._names += 1
        return self._names

    def _priority_or_none(self) -> Priority | None:
        choices: list[Priority | None] = [None, None, *Priority]
        return self._chance.choice(choices)

    def _pauses(self, count: int) -> Iterator[tuple[int, Happening]]:
        for begin, pauses in self._many(count, lambda: Switch(pauses=True)):
            yield begin, pauses
            yield begin + self._chance.randint(1, 10) * self._interval, Switch(pauses=False)
