"""A service for clients to flood, with an upstream that notes its calls."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.recorder import Recorder, recorder
from tests.processes.running import WSGI, Running, settings

INTERVAL_SECONDS = 0.25


@dataclass(frozen=True)
class Flooded:
    """The process, its port, and what its upstream has noted."""

    running: Running
    port: int
    upstream: Recorder

    @property
    def megabytes(self) -> float:
        """The memory of the process."""
        status = Path(f"/proc/{self.running.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024


@contextmanager
def flooded(folder: Path, command: Sequence[str] = WSGI, **changes: str) -> Iterator[Flooded]:
    """Run a service with its database in this folder."""
    with recorder(INTERVAL_SECONDS) as upstream:
        environ = settings(
            folder,
            INGEST_UPSTREAM_URL=upstream.url,
            INGEST_INTERVAL_SECONDS=str(INTERVAL_SECONDS),
            **changes,
        )
        with Running(command, environ, folder / "log") as running:
            yield Flooded(running.until_healthy(), int(environ["INGEST_PORT"]), upstream)
