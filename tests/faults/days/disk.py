"""A database of a process that dies between any two steps, on a disk that fails as planned."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import TypeVar

from ingest_service.errors import NOT_CERTAIN, StoreError
from tests.doubles import FULL, UnthreadedDatabase
from tests.faults.days.plan import Day
from tests.faults.days.spells import Spells

T = TypeVar("T")
FAILED = "the database could not be written: disk I/O error"
UNREADABLE = "the database could not be read: disk I/O error"


class Death(BaseException):
    """The process is killed here: nothing after this runs. `boots`: with the machine."""

    def __init__(self, *, boots: bool = False) -> None:
        self.boots = boots


class Steps:
    """Counts the steps of the service, across its restarts, and kills it before those that were drawn."""

    def __init__(self, kills: frozenset[int]) -> None:
        self._kills = kills
        self._count = 0

    def take(self) -> None:
        """Take a step. Raises Death instead."""
        self._count += 1
        if self._count in self._kills:
            raise Death

    def end_kills(self) -> None:
        """Kill no more."""
        self._kills = frozenset()


class DyingDatabase(UnthreadedDatabase):
    """SQLite in memory, whose writes and reads fail as planned.

    A write that fails may be on the disk all the same: the running process does not see it, its next commit
    overwrites it, and a start after a kill finds it.
    """

    def __init__(self, day: Day, steps: Steps, spells: Spells) -> None:
        super().__init__()
        self._day = day
        self._chance = Random(day.seed)
        self._steps = steps
        self._spells = spells
        self._left: bytes | None = None
        self._fails = True

    def heal(self) -> None:
        """Fail no more."""
        self._fails = False

    def crash(self) -> None:
        """Leave what a kill leaves."""
        self.stop()
        if self._left is not None and self._chance.random() < 0.7:
            self._connection.deserialize(self._left)
        self._left = None

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        if self._fails and self._spells.kind() == "unreadable":
            raise StoreError(UNREADABLE)
        with super().read() as connection:
            yield connection

    def write(
        self, statements: Callable[[sqlite3.Connection], T], afterwards: Callable[[T], None] | None = None
    ) -> T:
        self._steps.take()
        self._fail(statements)
        result = super().write(statements)
        self._left = None
        self._steps.take()
        if afterwards is not None:
            afterwards(result)
        return result

    def record(self, slot_number: int, opened: int) -> None:
        self._steps.take()
        super().record(slot_number, opened)

    def _fail(self, statements: Callable[[sqlite3.Connection], object]) -> None:
        if not self._fails:
            return
        if self._spells.kind() == "full":
            raise StoreError(FULL)
        drawn = self._chance.random()
        if drawn < self._day.failing:
            raise StoreError(FAILED)
        if drawn < self._day.failing + self._day.uncertain:
            self._leave(statements)
            raise StoreError(f"{FAILED}; {NOT_CERTAIN}")

    def _leave(self, statements: Callable[[sqlite3.Connection], object]) -> None:
        """Let a write be on the disk that the process takes for failed."""
        before = self._connection.serialize()
        super().write(statements)
        self._left = self._connection.serialize()
        self._connection.deserialize(before)
