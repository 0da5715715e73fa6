"""A daemon thread that does one thing again and again."""

import logging
from abc import ABC, abstractmethod
from threading import Thread

from ingest_service.errors import StoreStopped

log = logging.getLogger(__name__)


class Loop(ABC):
    """Runs `run_once` until that returns False. Constructing starts nothing; all may be called twice."""

    name: str

    def __init__(self) -> None:
        self._thread: Thread | None = None

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Start the thread, unless it runs."""
        if not self.alive:
            self._thread = Thread(target=self._run, name=self.name, daemon=True)
            self._thread.start()

    def stop(self, grace: float) -> bool:
        """Begin no further round and wait `grace` seconds for the one that runs; True if it has ended."""
        self.halt()
        if self._thread is not None:
            self._thread.join(grace)
        return not self.alive

    @abstractmethod
    def halt(self) -> None:
        """Let `run_once` return False soon. Any thread; does not block."""

    @abstractmethod
    def run_once(self) -> bool:
        """Do it once; False once halted."""

    def _run(self) -> None:
        try:
            while self.run_once():
                pass
        except StoreStopped:
            log.warning("the store was closed before the %s had ended", self.name)
        except Exception:
            log.exception("the %s died and does nothing more until the service is started again", self.name)
