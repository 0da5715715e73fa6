"""The questions to a service in one run: each stage leaves its observations in the record."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from ingestctl.http.submission import body
from ingestctl.models import GREATEST_ID, Priority
from ingestctl.verify.asking import Asker, Line
from ingestctl.verify.record import ClientSeen, Record, Restart
from ingestctl.verify.timing import Timing
from ingestctl.verify.watched import Watched
from ingestctl.verify.watcher import NotAcceptedError, Watcher, accepted_id
from ingestctl.verify.wrong_requests import UNKNOWN_ID, wrong_requests

CLIENTS = 20
# Both ends of the range, and one id twice.
HUNDRED_IDS = (1, GREATEST_ID, 2, 2, *range(101, 197))
URGENT = (
    ((201, 202, 203), Priority.MEDIUM),
    ((204, 205, 206), Priority.HIGH),
    ((207, 208, 209), Priority.MEDIUM),
    ((210, 211, 212), Priority.HIGH),
)
RESTARTED_IDS = (213, 214, 215, 216, 217, 218)
_FIRST_ID_OF_CLIENTS = 301
_FIRST_START_SLOTS = 12
_RESTART_SECONDS = 60.0
# The specification submits the second ingestion at T4 of T5.
_SECOND_AT = 0.8


class RestartFailedError(Exception):
    """The service could not be restarted; the text is the finding."""


class Scenario:
    """One run over lines of its own, one for each thread; `say` gets what comes next. Everything blocks."""

    def __init__(self, connect: Callable[[], Line], timing: Timing, say: Callable[[str], None]) -> None:
        self._connect = connect
        self._timing = timing
        self._say = say
        self.record = Record(timing.interval)
        self._asker = self._new_asker()
        self._watcher = Watcher(self._asker, timing)

    def run(self, restart: Callable[[], None] | None) -> Record:
        """Go through all stages, with a restart if there is a way to do it, and return what was seen."""
        self._send_wrong_requests()
        try:
            if self._run_example():
                self._fill_the_queue()
                self._send_many_clients()
                self._wait_for_the_end()
                if restart:
                    self._restart(restart)
                self._say("The rest of the 100 ids, and those of the 20 clients, still wait, and will run.")
        except NotAcceptedError as refusal:
            self.record.refused.append(str(refusal))
        return self.record

    def _send_wrong_requests(self) -> None:
        self._say("Sending wrong requests.")
        for wrong in wrong_requests():
            self.record.wrong.append((wrong, self._asker.ask(wrong.method, "/ingest", wrong.body)))
        for unknown in (UNKNOWN_ID, "unknown"):
            self.record.unknown.append(self._asker.status(unknown))

    def _run_example(self) -> bool:
        """Run the example of the specification; return False if nothing of it ever started."""
        self._say("Running the example of the specification: three slots.")
        medium = self._submit(self.record.example, (1, 2, 3, 4, 5), Priority.MEDIUM)
        if not self._watcher.until(lambda: medium.started > 0, self._timing.patience(_FIRST_START_SLOTS)):
            return False
        if self.record.is_busy:
            self._say(f"The first batch waited for {self.record.first_wait:.0f} s: other work is in the queue.")
        self._watcher.until(lambda: self._timing.now() >= self._second_at(medium), self._timing.interval)
        self._submit(self.record.example, (6, 7, 8, 9), Priority.HIGH)
        slots = _FIRST_START_SLOTS if self.record.is_busy else 5
        self._watcher.until(
            lambda: all(one.all_started for one in self.record.example), self._timing.patience(slots)
        )
        return True

    def _second_at(self, first: Watched) -> float:
        return first.spans()[0].after + _SECOND_AT * self._timing.interval - self._timing.pause

    def _fill_the_queue(self) -> None:
        self._say("Filling the queue with 100 ids of LOW, and more urgent ones behind them: four slots.")
        self._submit(self.record.hundred, HUNDRED_IDS, Priority.LOW)
        for ids, priority in URGENT:
            self._submit(self.record.urgent, ids, priority)

    def _send_many_clients(self) -> None:
        with ThreadPoolExecutor(CLIENTS) as pool:
            ids = range(_FIRST_ID_OF_CLIENTS, _FIRST_ID_OF_CLIENTS + CLIENTS)
            self.record.clients.extend(pool.map(self._be_a_client, ids))

    def _be_a_client(self, record_id: int) -> ClientSeen:
        asker = self._new_asker()
        submitted = asker.ask("POST", "/ingest", body([record_id], Priority.LOW, None))
        ingestion_id = accepted_id(submitted)
        status = asker.status(ingestion_id) if ingestion_id else None
        return ClientSeen(record_id, submitted, ingestion_id, status)

    def _wait_for_the_end(self) -> None:
        awaited = [*self.record.example, *self.record.urgent]
        self._watcher.until(lambda: all(one.is_completed for one in awaited), self._timing.patience(8))

    def _restart(self, restart: Callable[[], None]) -> None:
        self._say("Restarting the service between two batches.")
        last = self._submit(self.record.urgent, RESTARTED_IDS, Priority.HIGH)
        has_begun = self._watcher.until(lambda: last.started > 0, self._timing.patience(2))
        at = self._timing.now()
        try:
            restart()
        except RestartFailedError as failure:
            self.record.restart_failure = str(failure)
            return
        self._until_it_answers()
        self._watcher.until(lambda: last.all_started, self._timing.patience(3) if has_begun else 0)
        again = [(one, self._asker.status(one.ingestion_id)) for one in self.record.watched]
        self.record.restart = Restart(at, again, last if has_begun else None)

    def _until_it_answers(self) -> None:
        end = self._timing.now() + _RESTART_SECONDS
        while self._asker.status(UNKNOWN_ID).is_missing and self._timing.now() < end:
            self._timing.wait(self._timing.pause)

    def _submit(self, into: list[Watched], ids: tuple[int, ...], priority: Priority) -> Watched:
        into.append(self._watcher.submit(ids, priority))
        return into[-1]

    def _new_asker(self) -> Asker:
        return Asker(self._connect(), self._timing.now, self.record.replies)
