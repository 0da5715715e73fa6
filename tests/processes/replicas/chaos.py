"""A chaos run of three replicas on one database."""

import random
import signal
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg

from ingest_service.stores.postgres.schema import migrate
from tests.postgres.server import PostgresServer
from tests.processes.replicas.clients import AnyReplica, Clients
from tests.processes.replicas.faults import Blow, Fault, Moment
from tests.processes.replicas.journal import keep_journal, read_journal
from tests.processes.replicas.lag import LagMeter
from tests.processes.replicas.ledger import is_busy, read_ids, read_slots, wall_offset
from tests.processes.replicas.looks import Looks, slipped
from tests.processes.replicas.member import Member
from tests.processes.replicas.record import ReplicasRecord, Struck
from tests.processes.replicas.replay import Replay
from tests.processes.replicas.spans import Span
from tests.processes.replicas.traps import Trap
from tests.processes.replicas.watcher import Watcher
from tests.processes.replicas.witness import Witness
from tests.processes.waiting import PATIENCE_SECONDS, eventually

_NAMES = ("r1", "r2", "r3")
# So much waits that slots are full even while the clients wait for a replica that is stopped.
_ROOM = 80


class ReplicasChaos:
    """Strikes three replicas and their database as planned, at moments drawn from a seed, and takes the record.

    The server is started and stopped by the caller.
    """

    def __init__(self, server: PostgresServer, directory: Path, seed: int, witness: Witness) -> None:
        self._server = server
        self._directory = directory
        self._seed = seed
        self._chance = random.Random(seed)
        self._witness = witness
        self._lag = LagMeter()
        self._watcher = Watcher(server.url())
        self._record = ReplicasRecord(self._late, self._watcher.statement_time)
        self._members: list[Member] = []

    def run(self, faults: Sequence[Fault]) -> ReplicasRecord:
        """Strike, let everything that waits be called, and return the record."""
        with psycopg.connect(self._server.url(), autocommit=True) as connection:
            migrate(connection)
            keep_journal(connection)
        with ExitStack() as stack:
            url = self._witness.upstream.url
            for name in _NAMES:
                member = Member(name, self._directory, self._server.port, url)
                self._members.append(stack.enter_context(member))
            stack.enter_context(self._lag)
            stack.enter_context(self._watcher)
            self._strike_all(faults)
            self._take_record()
        return self._record

    def _strike_all(self, faults: Sequence[Fault]) -> None:
        for member in self._members:
            member.recover()
        ports = [member.port for member in self._members]
        with ThreadPoolExecutor(len(_NAMES)) as pool, Clients(ports, self._seed, self._witness, _ROOM) as clients:
            strikes = [self._begin(fault, pool) for fault in faults]
            for strike in strikes:
                strike.result()
        self._take_notes(clients)
        self._drain()

    def _begin(self, fault: Fault, pool: ThreadPoolExecutor) -> "Future[None]":
        """Begin to strike, when another replica than the one that is struck can go on."""
        if fault.blow is Blow.CRASH:
            strike = pool.submit(self._crash, fault)
        else:
            strike = pool.submit(self._strike, fault, self._next_target(fault))
        if fault.is_alone:
            strike.result()
        time.sleep(self._chance.uniform(0.3, 1.5))
        return strike

    def _next_target(self, fault: Fault) -> Member:
        """Block until a replica can be struck, and return it; nothing else strikes it from now on."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (member := self._target(fault)) is None:
            assert time.monotonic() < deadline, f"no replica can be struck: {fault}"
            time.sleep(0.02)
        member.strike()
        return member

    def _target(self, fault: Fault) -> Member | None:
        """Return a replica to strike, rather the one that opened the last slot; None if none can be now."""
        settled = [member for member in self._members if member.is_settled]
        if len(settled) < (len(self._members) if fault.is_alone else 2):
            return None
        openers = [member for member in settled if member.name == self._watcher.opener]
        if fault.is_of_a_slot:
            return openers[0] if openers else None
        return self._chance.choice(settled + 2 * openers)

    def _crash(self, fault: Fault) -> None:
        began = time.monotonic_ns()
        self._server.restart("immediate")
        self._note(fault, None, began)

    def _strike(self, fault: Fault, member: Member) -> None:
        began = time.monotonic_ns()
        if fault.blow is Blow.PARTITION:
            self._partition(fault, member)
        elif fault.moment is Moment.CALLING:
            with self._witness.calls_out(member.name):
                began = time.monotonic_ns()
                self._stop(member)
            self._let_go(fault, member)
        elif isinstance(fault.moment, Trap):
            if not member.step_on(fault.moment):
                # It opens no slot at present; it must not stop later, unnoticed.
                fault = Fault(Blow.KILL)
            self._let_go(fault, member)
        else:
            self._stop(member)
            self._let_go(fault, member)
        member.recover()
        self._note(fault, member.name, began)

    def _stop(self, member: Member) -> None:
        member.replica.send(signal.SIGSTOP)

    def _let_go(self, fault: Fault, member: Member) -> None:
        """Kill a replica that is stopped, or let some time pass."""
        if fault.blow is Blow.KILL:
            member.replica.kill()
            member.start()
            if fault.moment is Moment.STARTING:
                time.sleep(self._chance.uniform(0, 1.5))
                member.replica.kill()
        else:
            time.sleep(fault.seconds)

    def _partition(self, fault: Fault, member: Member) -> None:
        member.proxy.send(signal.SIGSTOP)
        time.sleep(fault.seconds)

    def _note(self, fault: Fault, replica: str | None, began: int) -> None:
        self._record.struck.append(Struck(fault, replica, (began, time.monotonic_ns())))

    def _late(self, span: Span) -> int:
        """Return how much time the processor and the disk took from the processes in a span."""
        return self._lag.within(span) + self._watcher.commit_time(span)

    def _drain(self) -> None:
        with psycopg.connect(self._server.url(), autocommit=True) as connection:
            eventually(lambda: not is_busy(connection))

    def _take_notes(self, clients: Clients) -> None:
        record = self._record
        record.accepted, record.reported = clients.accepted, clients.reported
        record.pauses, record.paused, record.unanswered = clients.pauses, clients.paused, clients.unanswered

    def _take_record(self) -> None:
        record, offset, replay = self._record, wall_offset(), Replay()
        looks = Looks((member.name, member.looks) for member in self._members)
        arrivals = self._witness.arrivals
        record.slipped = list(slipped(arrivals, looks, record.struck))
        record.arrivals = [arrival for arrival in arrivals if arrival not in record.slipped]
        with psycopg.connect(self._server.url(), autocommit=True) as connection:
            journal = list(read_journal(connection))
            record.slots = read_slots(connection, journal, offset)
            record.ids, record.sequences = read_ids(connection, journal)
        replay.play(journal)
        record.misordered = replay.misordered
        record.idle = [(since - offset, until - offset) for since, until in replay.idle]
        record.holds = self._watcher.holds
        ports = [member.port for member in self._members]
        with AnyReplica(ports, self._chance) as replicas:
            for one in record.accepted:
                page = replicas.ask("GET", f"/ingestions/{one.ingestion_id}/results")
                record.results[one.ingestion_id] = page.content["results"]
