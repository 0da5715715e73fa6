"""The board as it was read last: all that look at it share one reading."""

from dataclasses import dataclass

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.domain.seats import MinuteTally
from ingest_service.errors import StoreError
from ingest_service.reports.board import BoardReport
from ingest_service.service import Service
from ingest_service.web.board.shared import Dated, Shared
from ingest_service.web.board.view import Board, Facts, State

NEXT_SLOTS = 7
# One more than is shown, for the gap of the one after it.
LAST_SLOTS = 8
_FRESH = NANOSECONDS // 5
# A reading takes less: none that begins earlier keeps a slot from opening on time.
_NEAR = 40 * NANOSECONDS // 1000


@dataclass(frozen=True, slots=True)
class Reading(Dated):
    """A board."""

    board: Board
    minutes: tuple[MinuteTally, ...]


class Latest:
    """Reads the board when it is asked for and the last reading is old. Any thread; blocks on the store only."""

    def __init__(self, service: Service, clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self._shared = Shared(self._read, _FRESH, clock, self._slot_is_near)

    def reading(self) -> Reading:
        """Return the last reading, or a new one if that is old. Raises nothing for a store that fails."""
        return self._shared.get()

    def _slot_is_near(self) -> bool:
        return 0 < self._service.opens_in() < _NEAR

    def _read(self, last: Reading | None) -> Reading:
        report, failures = self._report(last.minutes if last else ()), self._service.readiness_failures()
        if isinstance(report, BoardReport):
            board = Board(State.of(failures, report.dispatcher), Facts.of(report))
            return self._of(board, report.taken_at, report.minutes)
        board = Board(State.of({"store": str(report), **failures}, None), None)
        return self._of(board, self._clock.wall(), ())

    def _report(self, known: tuple[MinuteTally, ...]) -> BoardReport | StoreError:
        try:
            return self._service.board.read(NEXT_SLOTS, LAST_SLOTS, known)
        except StoreError as error:
            return error

    def _of(self, board: Board, wall: int, minutes: tuple[MinuteTally, ...]) -> Reading:
        return Reading(self._clock.now(), wall, board, minutes)
