"""A service that is killed again and again under load, and the record of it."""

import random
import signal
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from ingest_service.domain.packed_ids import PackedIds
from tests.processes.arrival import Upstream
from tests.processes.client import Client
from tests.processes.load import Load
from tests.processes.record import Plan, Record
from tests.processes.running import Running, settings
from tests.processes.system_calls import SystemCall
from tests.processes.waiting import comes_true, eventually

_SILENT = 15_000_000_000
# A service that does not come to the planned moment in this time is killed at another one.
_MOMENT_SECONDS = 8
_CALL_SECONDS = 15

Moment = Callable[[Running], None]


class ChaosRun:
    """Kills a service at moments drawn from a seed, and takes the record.

    The service is run by `command`, with its own settings and with `changes`; it calls the upstream. The clients
    are a load of the class `load`.
    """

    def __init__(
        self,
        plan: Plan,
        directory: Path,
        seed: int,
        upstream: Upstream,
        command: Sequence[str],
        load: type[Load] = Load,
        /,
        **changes: str,
    ) -> None:
        self._plan = plan
        self._database = directory / "ingest.db"
        self._log = directory / "served.log"
        self._random = random.Random(seed)
        self._upstream = upstream
        self._command = command
        if "INGEST_LIMITS" not in changes:
            changes["INGEST_INTERVAL_SECONDS"] = str(plan.interval_seconds)
        self._environ = settings(directory, INGEST_LINGER_SECONDS="0.02", **changes)
        self._port = int(self._environ["INGEST_PORT"])
        self._load = load(self._port, seed, upstream, plan.room)
        self._record = Record(plan.interval)

    def run(self) -> Record:
        """Kill as planned, once more with a backlog that nothing is added to, and let the rest drain."""
        with self._load:
            for kill in self._kills():
                self._load.resume()
                kill()
                # The kernel stamped everything that it had sent before it was dead.
                self._record.kills.append(time.monotonic_ns())
        self._drain()
        self._take_record()
        return self._record

    def _kills(self) -> list[Callable[[], None]]:
        plan = self._plan
        moments: list[Moment] = [self._loaded] * plan.loaded
        moments += [self._calling] * plan.calling
        moments += [self._starting] * plan.starting
        moments += [self._quiet] * plan.quiet
        moments += [self._paused] * plan.paused
        moments.append(self._reported)
        kills: list[Callable[[], None]] = [partial(self._kill_at, moment) for moment in moments]
        kills += [partial(self._kill_in, call) for call in plan.calls]
        self._random.shuffle(kills)
        return [*kills, partial(self._kill_at, self._full)]

    def _kill_at(self, moment: Moment) -> None:
        with self._served() as served:
            moment(served)
            served.kill()

    def _kill_in(self, call: SystemCall) -> None:
        """Let a system call kill it; at another moment, if it does not come to that one in time."""
        with Running(call.killing(self._command), self._environ, self._log) as served:
            # A first start makes the call, too: it removes the journal of the new database.
            if call.is_of_stop and served.comes_up():
                time.sleep(self._random.uniform(0, self._plan.alive_seconds))
                served.send(signal.SIGTERM)
            if comes_true(lambda: served.has_ended, _CALL_SECONDS) and served.exit_code() == -signal.SIGKILL:
                self._record.struck.append(call)

    def _served(self) -> Running:
        return Running(self._command, self._environ, self._log)

    def _loaded(self, served: Running) -> None:
        """Wait for some time in the work."""
        served.until_healthy()
        time.sleep(self._random.uniform(0, self._plan.alive_seconds))

    def _calling(self, served: Running) -> None:
        """Wait until calls are in flight, or a little longer."""
        served.until_healthy()
        before = len(self._upstream.arrivals)
        comes_true(lambda: len(self._upstream.arrivals) > before, _MOMENT_SECONDS)
        time.sleep(self._random.uniform(0, 0.05))

    def _starting(self, _: Running) -> None:
        """Wait for some time in the start, or a little longer."""
        time.sleep(self._random.uniform(0, 0.7))

    def _quiet(self, served: Running) -> None:
        """Wait until there is nothing to do, and a little longer."""
        served.until_healthy()
        self._load.pause()
        comes_true(lambda: self._load.drained, _MOMENT_SECONDS)
        time.sleep(self._random.uniform(0, 0.4))

    def _paused(self, served: Running) -> None:
        """Wait until the upstream asks for a pause and the service has written that down."""
        served.until_healthy()
        before = self._pause_end()
        eventually(lambda: self._pause_end() > before)

    def _reported(self, served: Running) -> None:
        """Wait until a client has read that one more id is completed."""
        served.until_healthy()
        before = len(self._load.reported)
        eventually(lambda: len(self._load.reported) > before)

    def _full(self, served: Running) -> None:
        """Wait until so much waits that no more is submitted."""
        served.until_healthy()
        eventually(lambda: not self._load.has_room)

    def _pause_end(self) -> int:
        with closing(sqlite3.connect(self._database)) as connection:
            return int(connection.execute("SELECT coalesce(max(until), 0) FROM pause").fetchone()[0])

    def _drain(self) -> None:
        with self._served() as served, Client(self._port) as client:
            served.until_healthy()
            waiting = {accepted.ingestion_id for accepted in self._load.accepted}
            started = time.monotonic_ns()
            # The kill may have come before the clients had sent theirs.
            client.ask("POST", "/dispatcher/resume")
            while waiting and not self._silent_since(started):
                waiting = {ingestion_id for ingestion_id in waiting if not self._take_end(client, ingestion_id)}
                time.sleep(0.05)
            served.stop()

    def _take_end(self, client: Client, ingestion_id: str) -> bool:
        """Record how an ingestion ended; return whether it has."""
        status = client.ask("GET", f"/status/{ingestion_id}").content
        if status.get("status") not in ("completed", "cancelled"):
            return False
        self._record.results[ingestion_id] = client.results(ingestion_id)
        cancelled = [batch["ids"] for batch in status["batches"] if batch["status"] == "cancelled"]
        self._record.cancelled[ingestion_id] = {record_id for ids in cancelled for record_id in ids}
        return True

    def _silent_since(self, started: int) -> bool:
        last = self._upstream.arrivals[-1].at if self._upstream.arrivals else started
        return time.monotonic_ns() - max(started, last) > _SILENT

    def _take_record(self) -> None:
        record, load = self._record, self._load
        record.arrivals = sorted(self._upstream.arrivals, key=lambda arrival: arrival.at)
        record.accepted, record.unanswered, record.reported = load.accepted, load.unanswered, load.reported
        record.changes = load.changes
        with closing(sqlite3.connect(self._database)) as connection:
            record.ledger = connection.execute("SELECT opened, started FROM slots ORDER BY number").fetchall()
            for sequence, priority, ids in connection.execute("SELECT sequence, priority, ids FROM ingestions"):
                for position, record_id in enumerate(PackedIds(ids)):
                    record.places[record_id] = (priority, sequence, position)
