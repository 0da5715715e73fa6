"""Programs of the service as real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from benchmarks.ports import free_port
from tests.processes.client import HOST, Client
from tests.processes.waiting import PATIENCE_SECONDS, eventually

ROOT = Path(__file__).parents[2]
WSGI = (sys.executable, "wsgi.py")
SERVED = (sys.executable, "-m", "tests.processes.served")


def settings(directory: Path, **changes: str) -> dict[str, str]:
    """Return the environment of a service with a database in this directory and a port of its own."""
    return {
        "INGEST_HOST": HOST,
        "INGEST_PORT": str(free_port()),
        "INGEST_DATABASE_URL": f"sqlite:///{directory / 'ingest.db'}",
        **changes,
    }


class Running:
    """One process from its start to its end; as a context manager it never outlives the block.

    `spawned` is the monotonic time, in nanoseconds, before anything of it ran. Its output is appended to the file
    `log`.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], log: Path, folder: Path = ROOT) -> None:
        self.spawned = time.monotonic_ns()
        self._port = int(environ["INGEST_PORT"])
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env={"PATH": os.environ["PATH"], **environ},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def printed(self) -> str:
        """Everything in the log, of this process and of those before it."""
        return self._log.read_text()

    @property
    def has_ended(self) -> bool:
        """True if it runs no more."""
        return self._process.poll() is not None

    @property
    def is_stopped(self) -> bool:
        """True while it is stopped, as by SIGSTOP."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] == "T"

    def until_healthy(self) -> Self:
        """Block until it serves."""
        with Client(self._port) as client:
            eventually(lambda: self._require_running() and client.healthy())
        return self

    def comes_up(self) -> bool:
        """Block until it serves or has ended; return whether it serves."""
        with Client(self._port) as client:
            eventually(lambda: self.has_ended or client.healthy())
        return not self.has_ended

    def kill(self) -> None:
        """Kill it with SIGKILL, unless it has ended; it is dead when this returns."""
        self._process.kill()
        self._process.wait()

    def stop(self, signum: int = signal.SIGTERM) -> int:
        """Ask it to stop and return its exit code."""
        self.send(signum)
        return self.exit_code()

    def send(self, signum: int) -> None:
        """Send it a signal."""
        self._process.send_signal(signum)

    def exit_code(self) -> int:
        """Block until it has ended by itself and return its exit code."""
        return self._process.wait(PATIENCE_SECONDS)

    def _require_running(self) -> bool:
        assert self._process.poll() is None, f"it has ended: {self.printed}"
        return True
