"""Our own service as a process that a command restarts."""

import shlex
import subprocess
from pathlib import Path
from typing import Self

from tests.processes.client import Client
from tests.processes.running import ROOT, WSGI, settings
from tests.processes.waiting import eventually

# A process that has ended stays as a zombie where nothing takes its exit code.
STOP = """\
cd {folder}
pid=$(cat pid)
kill "$pid"
while grep -q '^State:.[^Z]' "/proc/$pid/status" 2> /dev/null; do sleep 0.1; done
rm pid
"""
START = """\
cd {root}
{program} < /dev/null >> {folder}/log 2>&1 &
echo $! > {folder}/pid
"""


class Restartable:
    """A service with its database in a folder; as a context manager it never outlives the block."""

    def __init__(self, folder: Path) -> None:
        environ = settings(folder)
        self._port = int(environ["INGEST_PORT"])
        self.url = f"http://127.0.0.1:{self._port}"
        program = shlex.join(["env", *(f"{name}={value}" for name, value in environ.items()), *WSGI])
        names = {"folder": shlex.quote(str(folder)), "root": shlex.quote(str(ROOT)), "program": program}
        self._stop, self._start, self._restart = (folder / f"{name}.sh" for name in ("stop", "start", "restart"))
        self._stop.write_text(STOP.format(**names))
        self._start.write_text(START.format(**names))
        self._restart.write_text(f"sh {self._stop} && sh {self._start}\n")

    @property
    def restart(self) -> str:
        """The command that restarts it."""
        return shlex.join(["sh", str(self._restart)])

    def __enter__(self) -> Self:
        subprocess.run(["sh", self._start], check=True)
        with Client(self._port) as client:
            eventually(client.healthy)
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["sh", self._stop], check=True)
