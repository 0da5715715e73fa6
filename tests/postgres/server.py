"""PostgreSQL servers: started, stopped, doubled by a standby, promoted."""

import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Self

import psycopg
from psycopg import sql

from benchmarks.ports import HOST, free_port
from tests.postgres.programs import Guard, Programs
from tests.processes.waiting import PATIENCE_SECONDS, comes_true, eventually

Mode = Literal["fast", "immediate"]

USER = "postgres"
_SIGNALS: dict[Mode, signal.Signals] = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}
_INITDB_OPTIONS = ("--auth=trust", f"--username={USER}", "--encoding=UTF8", "--no-locale", "--no-sync")
_IS_SYNCHRONOUS = sql.SQL(
    "SELECT EXISTS (SELECT FROM pg_stat_replication WHERE application_name = {} AND sync_state = 'sync')"
)


@contextmanager
def temporary_folder(within: Path | None = None) -> Iterator[Path]:
    """Make a folder for servers, which every user can reach into, and remove it; stop the servers before."""
    with tempfile.TemporaryDirectory(prefix="ingest-", dir=within) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


class PostgresServer:
    """A server over a directory of its own, at a TCP port of 127.0.0.1 and at a socket in the directory.

    `binaries` is the folder of its programs, and `settings` are those of PostgreSQL. The first start makes the
    directory, in a `temporary_folder`. The role USER may connect without a password. As a context manager the
    server runs inside of the block; it never outlives this process.
    """

    def __init__(self, binaries: Path, directory: Path, **settings: str) -> None:
        self.directory = directory
        self.port = free_port()
        self._binaries = binaries
        self._settings = settings
        self._programs = Programs(binaries, directory)
        self._cluster = directory / "cluster"
        self._running: tuple[subprocess.Popen[bytes], Guard] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop("immediate")

    @property
    def pid(self) -> int:
        """The process that started all others of the server."""
        assert self._running is not None, "the server has not been started"
        return self._running[0].pid

    @property
    def log(self) -> str:
        """Everything that the server has written since it was made."""
        return (self.directory / "log").read_text()

    def url(self, database: str = USER) -> str:
        """Return the URL of a database, through TCP."""
        return f"postgresql://{USER}@{HOST}:{self.port}/{database}"

    def socket_url(self, database: str = USER) -> str:
        """Return the URL of a database, through the socket."""
        return f"postgresql://{USER}@/{database}?host={self.directory}&port={self.port}"

    def start(self) -> None:
        """Block until connections are accepted. May be called twice.

        Raises RuntimeError, with the log, if the server ends before that.
        """
        if self._running is not None and self._running[0].poll() is None:
            return
        self.stop()
        if not self.directory.exists():
            self._programs.make_directory()
            self._programs.run("initdb", "-D", str(self._cluster), *_INITDB_OPTIONS)
        self._launch()

    def stop(self, mode: Mode = "fast") -> None:
        """Block until the server has ended; "immediate" leaves what a crash leaves. May be called twice."""
        if self._running is not None:
            process, guard = self._running
            guard.dismiss()
            process.send_signal(_SIGNALS[mode])
            process.wait(PATIENCE_SECONDS)
            self._running = None

    def restart(self, mode: Mode = "fast") -> None:
        """Stop and start; the port stays the same."""
        self.stop(mode)
        self.start()

    def createdb(self, name: str) -> str:
        """Create an empty database and return its URL."""
        self._execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def standby(self, directory: Path, **settings: str) -> "PostgresServer":
        """Return a copy of this running server, which follows it once it is started.

        It has the same settings but for these.
        """
        standby = PostgresServer(self._binaries, directory, **{**self._settings, **settings})
        standby._programs.make_directory()
        options = ("--write-recovery-conf", "--checkpoint=fast", "--no-sync")
        standby._programs.run("pg_basebackup", "-D", str(standby._cluster), "-d", self.url(), *options)
        return standby

    def replicate_to(self, standby: "PostgresServer") -> None:
        """Let each commit wait, from now on, until this standby has it too; blocks until the standby follows."""
        name = standby.directory.name
        self._execute(sql.SQL("ALTER SYSTEM SET synchronous_standby_names = {}").format(sql.Identifier(name)))
        self._execute(sql.SQL("SELECT pg_reload_conf()"))
        eventually(lambda: self._execute(_IS_SYNCHRONOUS.format(name)) == (True,))

    def promote(self) -> None:
        """Make a primary of this standby; blocks until it accepts writes."""
        assert self._execute(sql.SQL("SELECT pg_promote()")) == (True,)

    def _launch(self) -> None:
        settings = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": str(self.directory),
            # The name by which a primary knows its standby.
            "cluster_name": self.directory.name,
            **self._settings,
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        log = self.directory / "log"
        process = self._programs.spawn("postgres", "-D", str(self._cluster), *options, log=log)
        self._running = process, Guard(process.pid, self.directory)
        comes_true(lambda: process.poll() is not None or self._is_ready(), PATIENCE_SECONDS)
        if process.poll() is not None or not self._is_ready():
            self.stop("immediate")
            raise RuntimeError(f"PostgreSQL does not start: {self.log}")

    def _is_ready(self) -> bool:
        try:
            lines = (self._cluster / "postmaster.pid").read_text().split()
        except FileNotFoundError:
            return False
        # The file of a server that crashed begins with another process.
        return lines[:1] == [str(self.pid)] and lines[-1] == "ready"

    def _execute(self, statement: sql.Composed | sql.SQL) -> tuple[object, ...] | None:
        """Execute a statement and return its first row, if any."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchone() if cursor.description else None
