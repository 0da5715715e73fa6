"""The processes of a driver: a worker that is killed again and again, and a client that submits meanwhile."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Thread
from typing import Self

import benchmarks

ROOT = Path(benchmarks.__file__).parents[1]
TAIL = 2000


class Worker:
    """The driver at work, between `start` and `kill`. What it prints goes into the log."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
        self._command = [*command, "work"]
        self._environ = environ
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self.kill()

    def start(self) -> None:
        """Start it in a process group of its own."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environ, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """End it and its children at once, as kill -9 does. Raises RuntimeError if it has ended by itself."""
        process, self._process = self._process, None
        assert process is not None, "it was started"
        ended = process.poll()
        if ended is not None:
            raise RuntimeError(f"the worker ended by itself with {ended}: {self._log.read_text()[-TAIL:]}")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Client:
    """The driver that submits, to the end of the block. `accepted` has the ids that it has printed, and grows."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self.accepted: list[int] = []
        self._process = subprocess.Popen(
            [*command, "submit"], env=environ, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def send(self, ids: Sequence[int]) -> None:
        """Give it a list. Raises BrokenPipeError if it has ended."""
        assert self._process.stdin is not None, "it is a pipe"
        print(*ids, file=self._process.stdin, flush=True)

    def finish(self) -> None:
        """Wait until it has submitted everything. Raises CalledProcessError if it failed."""
        assert self._process.stdin is not None, "it is a pipe"
        self._process.stdin.close()
        self._reader.join()
        if code := self._process.wait():
            raise subprocess.CalledProcessError(code, self._process.args)

    def _read(self) -> None:
        assert self._process.stdout is not None, "it is a pipe"
        for line in self._process.stdout:
            self.accepted.append(int(line))
