"""Transactions under the gate: one at a time in the whole database, whichever replica asks."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress

import psycopg
from psycopg.pq import TransactionStatus

from ingest_service.clock import Clock
from ingest_service.errors import CommitNotCertain, StoreError
from ingest_service.stores.postgres.connections import Session
from ingest_service.stores.postgres.dialect import PostgresConnection
from ingest_service.stores.postgres.errors import store_error

log = logging.getLogger(__name__)

_NOT_WRITTEN = "the database could not be written"
_BUSY = "the database is busy: another transaction held its lock for 2 s, and is ended if it does not move"
# The settings end with the transaction, so a pooler between may give the session to others.
_BEGIN = (
    "BEGIN ISOLATION LEVEL READ COMMITTED",
    "SELECT set_config('idle_in_transaction_session_timeout', '1000', true), "
    "set_config('lock_timeout', '2000', true), set_config('statement_timeout', '10000', true), "
    "set_config('synchronous_commit', 'on', true)",
)
# The lock is taken in a statement of its own: a statement that waits for it and reads besides reads what was there
# before the wait.
_LOCK = "SELECT FROM gate WHERE one = 1 FOR UPDATE"
# No timer of the server runs for a client that stops between two messages of a pipeline.
_END_HOLDER = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_locks JOIN pg_stat_activity USING (pid) "
    "WHERE relation = 'gate'::regclass AND mode = 'RowShareLock' AND granted AND wait_event_type = 'Client' "
    "AND xact_start < clock_timestamp() - interval '1 second' AND pid <> pg_backend_pid()"
)


class GateTransaction:
    """One transaction that holds the gate: first it reads, then it writes and commits, or gives up.

    What is large it may write before that, while it does not hold the gate yet.
    """

    def __init__(
        self, session: Session, pipelined: "Pipelined", warnings: list[str], wait: AbstractContextManager[None]
    ) -> None:
        self._session = session
        self._connection = PostgresConnection(session)
        self._pipelined = pipelined
        self._warnings = warnings
        self._wait = wait

    @contextmanager
    def preparing(self) -> Iterator[PostgresConnection]:
        """Write in one round trip, without the gate: others neither see it before the commit nor wait for it."""
        self._begin()
        yield self._connection
        self._pipelined.sync()

    @contextmanager
    def reading(self) -> Iterator[PostgresConnection]:
        """Take the gate and ask, in one round trip: the answers are there when the block has ended.

        They are never fetched inside of it: that would let the server wait for this process in the middle of a
        pipeline, where none of its timers runs.
        """
        is_begun = self._session.info.transaction_status is TransactionStatus.INTRANS
        with self._wait:
            if not is_begun:
                self._begin()
            self._session.execute(_LOCK)
            yield self._connection
            self._pipelined.sync()

    @contextmanager
    def writing(self) -> Iterator[PostgresConnection]:
        """Write and commit in one round trip; durable when the block has ended. Raises CommitNotCertain."""
        with self._committing():
            yield self._connection

    @contextmanager
    def at_once(self) -> Iterator[PostgresConnection]:
        """Take the gate, write and commit in one round trip, for statements that find out whether they may."""
        with self._wait, self._committing():
            self._begin()
            self._session.execute(_LOCK)
            yield self._connection

    @contextmanager
    def _committing(self) -> Iterator[None]:
        self._warnings.clear()
        is_asked = False
        try:
            with self._pipelined:
                yield
                is_asked = True
                self._session.execute("COMMIT")
        except psycopg.errors.LockNotAvailable:
            # Not an error of the writing: the gate ends its holder.
            raise
        except psycopg.Error as error:
            if is_asked and _may_be_kept(error):
                raise CommitNotCertain(str(store_error(_NOT_WRITTEN, error))) from error
            raise store_error(_NOT_WRITTEN, error) from error
        if self._warnings:
            # A wait for the standby that was cancelled: kept here, and perhaps not there.
            raise CommitNotCertain(f"{_NOT_WRITTEN}: {self._warnings[0]}")

    def _begin(self) -> None:
        for statement in _BEGIN:
            self._session.execute(statement)


class Pipelined(ExitStack):
    """A pipeline of the session, for the whole of a transaction.

    It does not end between reading and writing: psycopg ends one with a Flush, and after that the server does not
    end a session that sleeps in its transaction.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._pipeline = self.enter_context(session.pipeline())

    def sync(self) -> None:
        """Send what was asked, and wait for the answers."""
        self._pipeline.sync()


class Gate:
    """A connection for transactions under the gate. For one thread at a time; it is opened when it is needed.

    `waited` gets the nanoseconds of each wait for the gate, in vain or not, with the one round trip in which the
    transaction reads, or does everything.
    """

    def __init__(self, connect: Callable[[], Session], clock: Clock, waited: Callable[[int], None]) -> None:
        self._connect = connect
        self._clock = clock
        self._waited = waited
        self._session: Session | None = None
        self._warnings: list[str] = []

    @contextmanager
    def transaction(self) -> Iterator[GateTransaction]:
        """Lend a transaction; what was not committed in the block is not kept.

        Blocks while another holds the gate, for two seconds at most; a holder that does not move is ended then.
        Raises StoreError; after one the connection is closed, and another is opened next time.
        """
        session = self._open_session()
        try:
            with Pipelined(session) as pipelined:
                yield GateTransaction(session, pipelined, self._warnings, self._measured_wait())
                if session.info.transaction_status is not TransactionStatus.IDLE:
                    session.execute("ROLLBACK")
        except psycopg.Error as error:
            self.close()
            if isinstance(error, psycopg.errors.LockNotAvailable):
                self._end_holder()
                raise StoreError(_BUSY) from error
            raise store_error("the database could not be read", error) from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection, if there is one. May be called twice."""
        if self._session is not None:
            self._session.close()
            self._session = None

    @contextmanager
    def _measured_wait(self) -> Iterator[None]:
        began = self._clock.now()
        try:
            yield
        finally:
            self._waited(self._clock.now() - began)

    def _open_session(self) -> Session:
        if self._session is None:
            self._session = self._connect()
            self._session.add_notice_handler(self._note)
        return self._session

    def _note(self, notice: psycopg.errors.Diagnostic) -> None:
        if notice.severity_nonlocalized == "WARNING":
            self._warnings.append(notice.message_primary or "a warning")

    def _end_holder(self) -> None:
        with suppress(psycopg.Error, StoreError), self._connect() as session:
            (ended,) = session.execute(_END_HOLDER).fetchone() or (0,)
            log.warning("the gate was not to be had for 2 s: %d connection(s) that held it were ended", ended)


def _may_be_kept(error: psycopg.Error) -> bool:
    """Return whether the commit may have been made: its answer did not come, or the server was ended meanwhile."""
    is_lost = error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))
    return is_lost and isinstance(error, psycopg.OperationalError)
