"""Submissions that are accepted together: those that gathered share one transaction under the gate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.errors import CommitNotCertain, StoreError, StoreStopped
from ingest_service.stores.postgres.admitting import Answer, Request

# A database that restarts, or a standby that takes over, is back within this time.
PATIENCE = 10 * NANOSECONDS
BETWEEN_TRIES = NANOSECONDS // 10
# A commit that waits for a standby that is away has no end, so those behind it do not wait for it for ever.
LONGEST_WAIT = 2 * PATIENCE
# Those that were answered together often ask again at once. Without this time for it, every other group is of one.
GATHERING = NANOSECONDS // 1000


@dataclass(slots=True, eq=False)
class _Turn:
    """A request that waits for its answer, or for its turn to lead the next group."""

    request: Request
    comes: Event = field(default_factory=Event)
    answer: Answer | StoreError | None = None


class Admissions:
    """Lets one of the threads that ask at the same time do the work of all. Any thread; blocks on the database.

    The first one leads: it has everything accepted that gathered meanwhile, and then one of those that came later
    leads. `admit` accepts a group and returns the answers; `admitted` gets their number and the nanoseconds it
    took.
    """

    def __init__(
        self,
        admit: Callable[[Sequence[Request]], Sequence[Answer]],
        clock: Clock,
        admitted: Callable[[int, int], None],
    ) -> None:
        self._admit = admit
        self._clock = clock
        self._admitted = admitted
        self._lock = Lock()
        self._waiting: list[_Turn] = []
        self._is_led = False
        self._latest_size = 0

    def ask(self, request: Request) -> Answer:
        """Return the answer to a request, durable.

        A commit whose answer does not come is asked for again with the same ids, for ten seconds. Raises
        StoreError, which says so where the submission may be kept; so it does after twenty seconds behind others.
        """
        turn = _Turn(request)
        with self._lock:
            self._waiting.append(turn)
            leads, self._is_led = not self._is_led, True
        if not leads:
            self._wait(turn)
        if turn.answer is None:
            self._lead()
        if isinstance(turn.answer, StoreError):
            raise turn.answer
        assert turn.answer is not None, "the leader answers its own request too"
        return turn.answer

    def _wait(self, turn: _Turn) -> None:
        """Block until the turn comes. Raises StoreError after LONGEST_WAIT."""
        until = self._clock.now() + LONGEST_WAIT
        while not turn.comes.is_set() and self._clock.now() < until:
            self._clock.wait(turn.comes, until)
        with self._lock:
            if turn.comes.is_set():
                return
            if turn in self._waiting:
                self._waiting.remove(turn)
                raise StoreError("the database is busy: it has not answered those who asked before")
        raise CommitNotCertain("the database does not answer")

    def _lead(self) -> None:
        """Answer all that have gathered, and let one of those lead that came meanwhile."""
        if self._latest_size > 1:
            self._clock.wait(Event(), self._clock.now() + GATHERING)
        with self._lock:
            group, self._waiting = self._waiting, []
        self._latest_size = len(group)
        try:
            self._answer(group)
        finally:
            with self._lock:
                following = self._waiting[:1]
                self._is_led = bool(following)
                for turn in (*following, *group):
                    turn.comes.set()

    def _answer(self, group: Sequence[_Turn]) -> None:
        began = self._clock.now()
        try:
            answers = self._persistently([turn.request for turn in group])
        except BaseException as error:
            for turn in group:
                turn.answer = error if isinstance(error, StoreError) else StoreError(f"it failed: {error!r}")
            if not isinstance(error, StoreError):
                raise
            return
        for turn, answer in zip(group, answers, strict=True):
            turn.answer = answer
        self._admitted(len(group), self._clock.now() - began)

    def _persistently(self, requests: Sequence[Request]) -> Sequence[Answer]:
        """Ask again while the database is away, for some time. Raises StoreError."""
        until = self._clock.now() + PATIENCE
        doubt: CommitNotCertain | None = None
        while True:
            try:
                return self._admit(requests)
            except StoreError as error:
                doubt = error if isinstance(error, CommitNotCertain) else doubt
                if isinstance(error, StoreStopped) or self._clock.now() >= until:
                    raise doubt or error from error
                self._clock.wait(Event(), self._clock.now() + BETWEEN_TRIES)
