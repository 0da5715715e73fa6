"""Databases with one byte changed, and the result of a start on each of them."""

import logging
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Self

from ingest_service.clock import NANOSECONDS
from ingest_service.domain.ledger import Answer
from ingest_service.domain.model import Priority
from ingest_service.errors import IngestError
from tests.dispatch.on_disk import OnDisk
from tests.doubles import NothingScheduled, VirtualClock, good
from tests.engines.rig import submission_of
from tests.engines.wiring import FINAL, PASSING
from tests.faults.replay import MEMORY

NAME = "ingest.db"
# What is not seen cannot be prevented: SQLite keeps no checksums.
UNSEEN = ("not called, and not noticed", "called again, and not noticed", "in another order, and not noticed")
ALLOWED = ("right", "refused with a sentence", "set aside by name", "warned of", *UNSEEN)
# As many as it takes until only the last ingestion waits, which is long.
_MOST_SLOTS = 45
_INGESTIONS = 24


@dataclass(frozen=True)
class Damage:
    """A byte of a file, and by what it is changed (XOR)."""

    file: str
    at: int
    bits: int

    @classmethod
    def any_in(cls, folder: Path, chance: Random) -> Self:
        """Draw a byte of the files in a folder, of the database most often."""
        likely = {NAME: 6, f"{NAME}-wal": 3, f"{NAME}.lock": 1}
        files = sorted(folder.iterdir())
        (file,) = chance.choices(files, [likely[file.name] for file in files])
        return cls(file.name, chance.randrange(file.stat().st_size), 1 << chance.randrange(8))

    def make(self, folder: Path) -> None:
        """Change it."""
        path = folder / self.file
        content = bytearray(path.read_bytes())
        content[self.at] ^= self.bits
        path.write_bytes(content)


@dataclass
class End:
    """All that comes of a database: the ids of its slots until nothing waits, and what was said.

    `error` is the sentence that ended it before; `is_bare` is whether it was an exception that is not ours.
    """

    slots: list[tuple[int, ...]] = field(default_factory=list)
    error: str | None = None
    is_bare: bool = False
    log: list[str] = field(default_factory=list)

    @property
    def called(self) -> list[int]:
        """The ids in the order of their calls; those of one slot, which are called at once, are sorted."""
        return [record_id for slot in self.slots for record_id in sorted(slot)]


class Sample:
    """Databases with some of all that a service keeps: one that was closed, and one that a crash left.

    `accepted` has the sequence of the ingestion of each id that was accepted.
    """

    def __init__(self, folder: Path) -> None:
        self.accepted: dict[int, int] = {}
        self.folders = [folder / "crashed", folder / "closed"]
        written = folder / "written"
        written.mkdir()
        left = OnDisk(written / NAME)
        left.start()
        self._fill(left)
        shutil.copytree(written, self.folders[0], ignore=shutil.ignore_patterns("*-shm"))
        left.stop()
        shutil.copytree(written, self.folders[1])
        self.whole = {whole: end_of(whole, None) for whole in self.folders}

    def verdict(self, folder: Path, damage: Damage) -> str:
        """Return in a few words what came of a damage."""
        end, whole = end_of(folder, damage), self.whole[folder]
        if end.is_bare:
            return f"ended by {end.error}"
        if not self.accepted.keys() >= set(end.called):
            return "wrong ids called"
        if end.error is not None:
            return "refused with a sentence"
        called, expected = self._of_short(end), self._of_short(whole)
        if called == expected:
            return "right"
        named = {sequence for sequence in self.accepted.values() if _names(end.log, sequence)}
        if named and called == [i for i in expected if self.accepted[i] not in named]:
            return "set aside by name"
        if any("its end was lost" in line for line in end.log):
            return "warned of"
        return _difference(called, expected)

    def _of_short(self, end: End) -> list[int]:
        """Return what was called of all but the last ingestion."""
        return [record_id for record_id in end.called if self.accepted[record_id] != _INGESTIONS]

    def _fill(self, left: OnDisk) -> None:
        first = 1
        for sequence in range(1, _INGESTIONS + 1):
            ids = range(first, first + (1500 if sequence == _INGESTIONS else 1 + sequence % 8))
            first = ids.stop
            self.accepted |= dict.fromkeys(ids, sequence)
            deadline = left.clock.wall() + 10**6 * NANOSECONDS if sequence % 7 == 0 else None
            left.engine.admit(submission_of(ids, Priority(sequence % 3), deadline), f"key {sequence}")
            if sequence == _INGESTIONS // 2:
                # Half of it is in the log only.
                left.restart()
            if sequence % 2:
                slot = left.open()
                left.close(slot, *map(_answer, slot.ids))
        left.engine.cancel(_INGESTIONS - 3)
        left.engine.reprioritise(_INGESTIONS, Priority.LOW)
        left.open()


def end_of(folder: Path, damage: Damage | None) -> End:
    """Start from a copy of these files with this damage, and call all that waits."""
    end, handler = End(), _Lines()
    logging.getLogger().addHandler(handler)
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.exists() else None) as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        if damage is not None:
            damage.make(Path(copy))
        left = OnDisk(Path(copy) / NAME, VirtualClock(now=2_000 * NANOSECONDS))
        try:
            left.start()
            while len(end.slots) < _MOST_SLOTS:
                end.slots.append(left.run_slot())
        except NothingScheduled:
            pass
        except IngestError as error:
            end.error = str(error)
        except Exception as error:  # noqa: BLE001 - it is judged
            end.error, end.is_bare = f"{type(error).__name__}: {error}", True
        finally:
            left.stop()
            logging.getLogger().removeHandler(handler)
    end.log = handler.lines
    return end


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def _answer(record_id: int) -> Answer:
    """Answer in one way or another, by the id."""
    return PASSING if record_id % 5 == 0 else FINAL if record_id % 7 == 0 else good(record_id, 1)


def _names(lines: Sequence[str], sequence: int) -> bool:
    return any(f"ingestion number {sequence} are damaged" in line for line in lines)


def _difference(called: list[int], expected: list[int]) -> str:
    """Return what is different, though nothing was said."""
    if Counter(expected) - Counter(called):
        return UNSEEN[0]
    if Counter(called) - Counter(expected):
        return UNSEEN[1]
    return UNSEEN[2]
