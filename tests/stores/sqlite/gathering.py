"""Threads whose writes share a commit."""

import sqlite3
from collections.abc import Callable
from threading import Event, Thread

from ingest_service.stores.sqlite.group_commit import GroupCommit

# No answer takes this long: a thread that has none by then would wait for ever.
PATIENCE = 30


class Asking:
    """A thread that asks once, and keeps the answer."""

    def __init__(self, ask: Callable[[], object]) -> None:
        self._ask = ask
        self._thread = Thread(target=self._run, daemon=True)
        self._answer: object = None

    def start(self) -> None:
        self._thread.start()

    def answer(self) -> object:
        """Block until there is an answer, and return it: a result or the error that was raised."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        return self._answer

    def _run(self) -> None:
        try:
            self._answer = self._ask()
        except Exception as error:  # noqa: BLE001 - any error is an answer
            self._answer = error


class Gathering:
    """Holds a leader inside its write until others have gathered behind it."""

    def __init__(self, group_commit: GroupCommit) -> None:
        self._group_commit = group_commit
        self._entered, self._go_on = Event(), Event()
        self.errors: dict[str, Exception] = {}
        self.results: dict[str, object] = {}
        self._first = Asking(lambda: group_commit.write(self._hold))
        self._asked: dict[str, Asking] = {}
        self._first.start()
        self._entered.wait()

    def ask(self, name: str, ask: Callable[[], object]) -> None:
        """Ask from a thread of its own, and see to it that the write has joined the queue."""
        before = len(self._group_commit._waiting)
        self._asked[name] = Asking(ask)
        self._asked[name].start()
        while len(self._group_commit._waiting) == before:
            pass

    def let_go(self) -> None:
        """Let the leader go on, and block until everybody has an answer."""
        self._go_on.set()
        self._first.answer()
        for name, asking in self._asked.items():
            answer = asking.answer()
            if isinstance(answer, Exception):
                self.errors[name] = answer
            else:
                self.results[name] = answer

    def _hold(self, _: sqlite3.Connection) -> None:
        self._entered.set()
        self._go_on.wait()
