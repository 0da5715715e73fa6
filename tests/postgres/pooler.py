"""PgBouncer in transaction mode, before a PostgreSQL server: each transaction may come to another session."""

import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Self

from benchmarks.ports import HOST, free_port
from tests.postgres.databases import in_url
from tests.postgres.programs import Guard, Programs
from tests.postgres.server import USER
from tests.processes.waiting import PATIENCE_SECONDS, eventually

PROGRAM = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")

# It does not wait for 15 s, as by default, before it tries again to reach a server that refused it once.
_CONFIG = """
[databases]
* = user={user} host={host} port={server_port}
[pgbouncer]
listen_addr = {host}
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 20
min_pool_size = 4
server_login_retry = 1
"""


class Pooler:
    """A pooler before the server at a port of this machine. As a context manager it runs inside of the block."""

    def __init__(self, folder: Path, server_port: int) -> None:
        assert PROGRAM is not None, "pgbouncer is not installed"
        self._port = free_port()
        self._folder = folder
        self._programs = Programs(Path(PROGRAM).parent, folder)
        self._programs.make_directory()
        # All that connect are the user of the server, whatever name they give.
        text = _CONFIG.format(host=HOST, server_port=server_port, port=self._port, user=USER)
        (folder / "pgbouncer.ini").write_text(text)
        self._running: tuple[subprocess.Popen[bytes], Guard] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def url(self, database: str = USER) -> str:
        """Return the URL of a database of the server, through the pooler."""
        return in_url(f"postgresql://{USER}@{HOST}:{self._port}", database)

    def start(self) -> None:
        """Block until connections are accepted."""
        process = self._programs.spawn("pgbouncer", "pgbouncer.ini", log=self._folder / "log")
        self._running = process, Guard(process.pid, self._folder)
        eventually(self._listens)

    def stop(self) -> None:
        """Kill it: all connections through it are cut. May be called twice."""
        if self._running is not None:
            process, guard = self._running
            guard.dismiss()
            process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE_SECONDS)
            self._running = None

    def restart(self) -> None:
        """Kill and start it; the port stays the same."""
        self.stop()
        self.start()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self._port)) == 0
