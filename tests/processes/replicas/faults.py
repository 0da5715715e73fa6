"""The plan of the faults in a chaos run."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from random import Random

from tests.processes.replicas.traps import Trap


class Blow(Enum):
    """The kind of a fault."""

    KILL = auto()
    STOP = auto()
    PARTITION = auto()
    CRASH = auto()


class Moment(Enum):
    """The moment of a fault, where it is no trap: at random, with calls out, or in the start after a kill."""

    ANY = auto()
    CALLING = auto()
    STARTING = auto()


@dataclass(frozen=True)
class Fault:
    """A fault of a replica, or a crash of the database; `seconds` is how long it lasts."""

    blow: Blow
    moment: Moment | Trap = Moment.ANY
    seconds: float = 0

    @property
    def is_of_a_slot(self) -> bool:
        """True if it can only strike a replica that opens slots."""
        return self.moment in (Moment.CALLING, Trap.GRANTED, Trap.CHOSEN)

    @property
    def is_alone(self) -> bool:
        """True if nothing else strikes meanwhile: the others are to end what the replica holds."""
        return self.blow is Blow.CRASH or self.moment is Trap.PIPELINE


def plan(seed: int) -> list[Fault]:
    """Return all faults, in an order drawn from the seed."""
    chance = Random(seed)
    faults = [*_kills(), *_stops(chance), *5 * [Fault(Blow.CRASH)]]
    chance.shuffle(faults)
    return faults


def _kills() -> Iterator[Fault]:
    yield from 10 * [Fault(Blow.KILL)]
    yield from 8 * [Fault(Blow.KILL, Moment.CALLING)]
    yield from 7 * [Fault(Blow.KILL, Trap.GRANTED)]
    yield from 5 * [Fault(Blow.KILL, Moment.STARTING)]


def _stops(chance: Random) -> Iterator[Fault]:
    for moment in (Moment.ANY, Moment.CALLING):
        yield from (Fault(Blow.STOP, moment, chance.uniform(0.05, 3)) for _ in range(10))
    # Some go on within the grant, so that the calls are made late; the others far beyond it.
    yield from (Fault(Blow.STOP, Trap.GRANTED, chance.uniform(0.2, 0.28)) for _ in range(8))
    yield from (Fault(Blow.STOP, Trap.GRANTED, chance.uniform(1, 3)) for _ in range(5))
    yield from (Fault(Blow.STOP, Trap.CHOSEN, chance.uniform(0.1, 2.5)) for _ in range(3))
    # Longer than a replica may hold the gate while others want it.
    yield from (Fault(Blow.STOP, Trap.PIPELINE, chance.uniform(3.8, 4.5)) for _ in range(3))
    yield from (Fault(Blow.PARTITION, seconds=chance.uniform(0.5, 3)) for _ in range(5))
