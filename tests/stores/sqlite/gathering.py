"""Threads whose writes share a commit."""

import sqlite3
from collections.abc import Callable
from threading import Event, Thread

from ingest_service.errors import IngestError
from ingest_service.stores.sqlite.group_commit import GroupCommit


class Gathering:
    """Holds the writing thread inside a write until others have gathered behind it."""

    def __init__(self, group_commit: GroupCommit) -> None:
        self._group_commit = group_commit
        self._entered, self._go_on = Event(), Event()
        self.errors: dict[str, IngestError] = {}
        self.results: dict[str, object] = {}
        self._threads = [Thread(target=group_commit.write, args=[self._hold])]
        self._threads[0].start()
        self._entered.wait()

    def ask(self, name: str, ask: Callable[[], object]) -> None:
        """Ask from a thread of its own, and see to it that the write has joined the queue."""
        before = self._group_commit._queue.qsize()
        self._threads.append(Thread(target=self._run, args=[name, ask]))
        self._threads[-1].start()
        while self._group_commit._queue.qsize() == before:
            pass

    def let_go(self) -> None:
        """Let the writing thread go on, and block until everybody has an answer."""
        self._go_on.set()
        for thread in self._threads:
            thread.join()

    def _hold(self, _: sqlite3.Connection) -> None:
        self._entered.set()
        self._go_on.wait()

    def _run(self, name: str, ask: Callable[[], object]) -> None:
        try:
            self.results[name] = ask()
        except IngestError as error:
            self.errors[name] = error
