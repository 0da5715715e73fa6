"""The files that a power cut may leave, rebuilt from what was done to them."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from tests.faults.disk import Deed

T = TypeVar("T")
_SECTOR = 512
# What is left of the deeds that no sync had made durable.
WAYS = ("nothing", "all", "the first ones", "some in any order", "some sectors")
FOLDER = "."


@dataclass(frozen=True)
class PowerCut:
    """A power cut: what is left of the files, by their names, and before which time it was (monotonic clock)."""

    number: int
    way: str
    before: float
    files: dict[str, bytes]


def power_cuts(deeds: Sequence[Deed], count: int, chance: Random) -> Iterator[PowerCut]:
    """Yield this number of power cuts, at any points of a record, in its order.

    Number n comes after n deeds, before the next one is done.
    """
    states = CrashStates(chance)
    points = Counter(chance.choices(range(1, len(deeds) + 1), k=count))
    for number, deed in enumerate(deeds, 1):
        states.play(deed)
        before = deeds[number].at if number < len(deeds) else math.inf
        for _ in range(points[number]):
            way = chance.choice(WAYS)
            yield PowerCut(number, way, before, states.cut(way))


@dataclass
class _File:
    """A file: what is durable of it, what was done since, and how much of that the sync under way will keep."""

    durable: bytearray = field(default_factory=bytearray)
    since: list[Deed] = field(default_factory=list)
    promised: int = 0


@dataclass
class _Folder:
    """Names of files: the durable ones, and those that were made or removed since, as (name, file or None)."""

    durable: dict[str, _File] = field(default_factory=dict)
    since: list[tuple[str, _File | None]] = field(default_factory=list)
    promised: int = 0


class CrashStates:
    """A disk that the deeds of a record are played on, one after the other."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._folder = _Folder()
        self._names: dict[str, _File] = {}

    def play(self, deed: Deed) -> None:
        """Do one more thing."""
        if deed.kind == "C":
            self._names[deed.name] = _File()
            self._folder.since.append((deed.name, self._names[deed.name]))
        elif deed.kind == "U":
            del self._names[deed.name]
            self._folder.since.append((deed.name, None))
        elif deed.kind == "R":
            self._rename(deed.name, deed.data.decode())
        elif deed.name == FOLDER:
            self._sync_folder(deed.kind)
        elif deed.kind in "WT":
            self._names[deed.name].since.append(deed)
        # A name that is none of a file is that of a folder in the folder: all names there may be lost.
        elif deed.name in self._names:
            self._sync_file(self._names[deed.name], deed.kind)

    def cut(self, way: str) -> dict[str, bytes]:
        """Return the files after a power cut now."""
        return {name: bytes(self._left(file, way)) for name, file in self._left_names(way).items()}

    def _rename(self, name: str, later: str) -> None:
        self._names[later] = self._names.pop(name)
        self._folder.since += [(name, None), (later, self._names[later])]

    def _sync_folder(self, kind: str) -> None:
        folder = self._folder
        if kind == "B":
            folder.promised = len(folder.since)
        elif kind == "E":
            _rename(folder.durable, folder.since[: folder.promised])
            del folder.since[: folder.promised]

    def _sync_file(self, file: _File, kind: str) -> None:
        """Keep what was promised; after a sync that failed, some of it, and the rest will never be kept."""
        if kind == "B":
            file.promised = len(file.since)
            return
        promised = file.since[: file.promised]
        kept = promised if kind == "E" else [deed for deed in promised if self._chance.random() < 0.5]
        _apply(file.durable, kept)
        del file.since[: file.promised]

    def _left_names(self, way: str) -> dict[str, _File]:
        names = dict(self._folder.durable)
        _rename(names, self._chosen(self._folder.since, way))
        return names

    def _left(self, file: _File, way: str) -> bytearray:
        content = bytearray(file.durable)
        deeds = self._chosen(file.since, way)
        _apply(content, self._torn(deeds) if way == "some sectors" else deeds)
        return content

    def _chosen(self, since: Sequence[T], way: str) -> Sequence[T]:
        match way:
            case "nothing":
                return []
            case "the first ones":
                return since[: self._chance.randint(0, len(since))]
            case "some in any order":
                return self._chance.sample(since, self._chance.randint(0, len(since)))
            case _:
                return since

    def _torn(self, deeds: Iterable[Deed]) -> Iterator[Deed]:
        """Yield some of the sectors of each write, and of the rest only some."""
        for deed in deeds:
            if deed.kind == "T":
                yield from [deed] * self._chance.randint(0, 1)
                continue
            likely = self._chance.choice([0, 0.5, 0.9, 1])
            for start, stop in _sectors(deed):
                if self._chance.random() < likely:
                    data = deed.data[start - deed.offset : stop - deed.offset]
                    yield Deed("W", deed.name, deed.at, start, data)


def _sectors(deed: Deed) -> Iterator[tuple[int, int]]:
    """Yield where the sectors of the disk begin and end that a write goes into."""
    start, end = deed.offset, deed.offset + len(deed.data)
    while start < end:
        stop = min(end, (start // _SECTOR + 1) * _SECTOR)
        yield start, stop
        start = stop


def _apply(content: bytearray, deeds: Iterable[Deed]) -> None:
    for deed in deeds:
        missing = deed.offset - len(content)
        if missing > 0:
            content.extend(bytes(missing))
        if deed.kind == "T":
            del content[deed.offset :]
        else:
            content[deed.offset : deed.offset + len(deed.data)] = deed.data


def _rename(names: dict[str, _File], changes: Iterable[tuple[str, _File | None]]) -> None:
    for name, file in changes:
        if file is None:
            names.pop(name, None)
        else:
            names[name] = file
