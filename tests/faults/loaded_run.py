"""Runs of the real service under load, in one process after the other."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.faults.disk import Disk
from tests.faults.noting_clients import NotingClients
from tests.processes.rate_checker import RateChecker
from tests.processes.running import SERVED, Running, settings

ROOM = 6


class QuickChecker(RateChecker):
    """A rate checker that answers at once."""

    def _delay(self) -> float:
        return self._random.uniform(0, 0.002)


class LoadedRun:
    """A service with its files in a folder, clients that note what they are answered, and an upstream."""

    def __init__(self, files: Path, log: Path, seed: int, **changes: str) -> None:
        self.checker = QuickChecker(seed)
        self._log = log
        self._environ = settings(
            files,
            INGEST_INTERVAL_SECONDS="0.05",
            INGEST_GUARD_SECONDS="0.02",
            INGEST_LINGER_SECONDS="0.02",
            RATE_CHECKER_PORT=str(self.checker.port),
            **changes,
        )
        self.port = int(self._environ["INGEST_PORT"])
        self.clients = NotingClients(self.port, seed, lambda: self.checker.seen, ROOM)

    @contextmanager
    def serving(self, command: Sequence[str] = SERVED) -> Iterator[Running]:
        """Let one process serve, without clients."""
        with self.checker, self.started(command) as served:
            yield served

    @contextmanager
    def started(self, command: Sequence[str] = SERVED) -> Iterator[Running]:
        """Start a process, and let it serve."""
        with Running(command, self._environ, self._log) as served:
            yield served.until_healthy()

    @property
    def accepted(self) -> int:
        """The number of submissions that were accepted."""
        return sum(submitted.answered is not None for submitted in self.clients.notes.submitted)

    @property
    def uncalled(self) -> set[int]:
        """The ids that were accepted and not cancelled, and were not called."""
        kept = [one for one in self.clients.notes.submitted if one.answered and not one.cancel_asked]
        return {record_id for one in kept for record_id in one.ids} - self.checker.seen

    @property
    def times_called(self) -> set[int]:
        """The number of calls of each id that was called."""
        return set(Counter(arrival.record_id for arrival in self.checker.arrivals).values())


class RecordedRun(LoadedRun):
    """A run on a disk that records, and fails when asked."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.disk = Disk(folder)
        super().__init__(self.disk.files, folder / "served.log", seed, **self.disk.environ)

    def live(self, lives: Sequence[Callable[[Disk, Running], None]]) -> None:
        """Let a process after the other serve under load, each until its life returns."""
        with self.checker, self.clients:
            for life in lives:
                with self.started() as served:
                    life(self.disk, served)
