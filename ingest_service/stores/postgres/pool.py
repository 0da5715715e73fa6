"""Connections that the threads of a process share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import LiteralString
from weakref import WeakSet

import psycopg

from ingest_service.errors import StoreError, StoreStopped
from ingest_service.stores.postgres.connections import Session, closed_on_error

# Of each replica; a server takes 100 by default.
MOST_SESSIONS = 8
# Seconds after which a thread gives up waiting for one of them.
PATIENCE = 10.0


class Pool:
    """Lends a connection to one thread at a time, and keeps it for the next; connects when there is none."""

    def __init__(self, connect: Callable[[], Session]) -> None:
        self._connect = connect
        self._places = BoundedSemaphore(MOST_SESSIONS)
        self._lock = Lock()
        self._idle: list[Session] = []
        self._owned: WeakSet[Session] = WeakSet()
        self._is_open = False

    @property
    def is_open(self) -> bool:
        """True while connections are lent."""
        return self._is_open

    def open(self) -> None:
        """Lend from now on."""
        self._is_open = True

    def close(self) -> None:
        """Lend no more, and close what is idle; what is lent is closed when it comes back. May be called twice."""
        with self._lock:
            self._is_open = False
            owned = list(self._owned)
        self._close_idle()
        for session in owned:
            session.close()

    def own(self) -> Session:
        """Return a connection of the caller's own, which `close` closes too. Raises StoreError, StoreStopped."""
        if not self._is_open:
            raise StoreStopped
        session = self._connect()
        with self._lock:
            if self._is_open:
                self._owned.add(session)
                return session
        # It was closed while this one connected.
        session.close()
        raise StoreStopped

    @contextmanager
    def transaction(self, begin: LiteralString) -> Iterator[Session]:
        """Lend a connection inside a transaction; if the block raises, it is rolled back.

        Blocks while too many are lent. Raises psycopg.Error, StoreError, and StoreStopped while it is not open.
        """
        with self._place():
            session = self._begun(begin)
            # One on which anything failed is not kept: the server rolls back when it is closed.
            with closed_on_error(session):
                yield session
                session.commit()
            self._keep(session)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(timeout=PATIENCE):
            raise StoreError(f"each connection to the database was in use for {PATIENCE:g} s")
        try:
            yield
        finally:
            self._places.release()

    def _begun(self, begin: LiteralString) -> Session:
        session = self._take()
        try:
            session.execute(begin, prepare=False)
        except psycopg.Error:
            session.close()
            # What ended this one while it was idle, such as a restart of the server, has ended the others too.
            self._close_idle()
            session = self._connect()
            with closed_on_error(session):
                session.execute(begin, prepare=False)
        return session

    def _take(self) -> Session:
        with self._lock:
            if not self._is_open:
                raise StoreStopped
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _keep(self, session: Session) -> None:
        with self._lock:
            if self._is_open:
                self._idle.append(session)
                return
        session.close()

    def _close_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for session in idle:
            session.close()
