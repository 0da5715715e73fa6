"""The board as it was read last: all that look at it share one reading."""

from dataclasses import dataclass
from threading import Lock

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.domain.seats import MinuteTally
from ingest_service.errors import StoreError
from ingest_service.reports.board import BoardReport
from ingest_service.service import Service
from ingest_service.web.board.view import Board, Facts, State

NEXT_SLOTS = 7
# One more than is shown, for the gap of the one after it.
LAST_SLOTS = 8
# A reading is shown for so long, and for as many times as long as it took: however many look at the board, and
# however much waits, reading takes a tenth of one processor at most.
_FRESH = NANOSECONDS // 5
_RESTS = 9


@dataclass(frozen=True, slots=True)
class Reading:
    """A board, read at a time of the monotonic clock, which was `wall` on the wall clock of its times."""

    board: Board
    at: int
    wall: int
    until: int
    minutes: tuple[MinuteTally, ...]

    def now(self, clock: Clock) -> int:
        """Return the present on the wall clock of its times."""
        return self.wall + clock.now() - self.at


class Latest:
    """Reads the board when it is asked for and the last reading is old. Any thread; blocks on the store only.

    While one thread reads, others get the last reading at once.
    """

    def __init__(self, service: Service, clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self._lock = Lock()
        self._reading: Reading | None = None

    def reading(self) -> Reading:
        """Return the last reading, or a new one if that is old. Raises nothing for a store that fails."""
        last = self._reading
        if last is not None and (self._clock.now() < last.until or self._lock.locked()):
            return last
        with self._lock:
            if self._reading is last:
                self._reading = self._read(last)
            assert self._reading is not None
            return self._reading

    def _read(self, last: Reading | None) -> Reading:
        began = self._clock.now()
        report, failures = self._report(last.minutes if last else ()), self._service.readiness_failures()
        if isinstance(report, BoardReport):
            board = Board(State.of(failures, report.dispatcher), Facts.of(report))
            return self._of(began, board, report.taken_at, report.minutes)
        board = Board(State.of({"store": str(report), **failures}, None), None)
        return self._of(began, board, self._clock.wall(), ())

    def _report(self, known: tuple[MinuteTally, ...]) -> BoardReport | StoreError:
        try:
            return self._service.board.read(NEXT_SLOTS, LAST_SLOTS, known)
        except StoreError as error:
            return error

    def _of(self, began: int, board: Board, wall: int, minutes: tuple[MinuteTally, ...]) -> Reading:
        now = self._clock.now()
        return Reading(board, now, wall, now + max(_FRESH, _RESTS * (now - began)), minutes)
