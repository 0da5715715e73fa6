"""A file system that is really full, and has room again later."""

import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import Protocol

import pytest

from tests.faults.loaded_run import LoadedRun
from tests.processes.client import Client
from tests.processes.running import SERVED, Running
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

UNSHARED = ("unshare", "--map-root-user", "--mount")
MOUNT = 'mount -t tmpfs -o size=16m disk "$0" && exec "$@"'


class Disk(Protocol):
    """The disk of a service: the command that starts the service on it, and the block in which it is full."""

    command: Sequence[str]

    def full(self, served: Running) -> AbstractContextManager[None]:
        """Fill it, and make room again."""


class Limited:
    """A disk on which no file may be written beyond its first page."""

    command = SERVED
    # The log of SQLite begins anew when all of it is in the database: less than its head and a page must fit.
    _page = 4096

    def __init__(self, _: Path) -> None:
        """Fit `Mounted`, which needs a folder."""

    @contextmanager
    def full(self, served: Running) -> Iterator[None]:
        _, most = resource.prlimit(served.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(served.pid, resource.RLIMIT_FSIZE, (self._page, most))
        yield
        resource.prlimit(served.pid, resource.RLIMIT_FSIZE, (most, most))


class Mounted:
    """A file system of 16 MB, which another file fills."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.command = [*UNSHARED, "sh", "-c", MOUNT, str(folder), *SERVED]
        tried = [*UNSHARED, "sh", "-c", MOUNT, str(folder), "true"]
        if shutil.which("unshare") is None or subprocess.run(tried, capture_output=True, check=False).returncode:
            pytest.skip("no file system can be mounted here, not even in a namespace of its own")

    @contextmanager
    def full(self, served: Running) -> Iterator[None]:
        filler = Path(f"/proc/{served.pid}/root{self._folder}/filler")
        with filler.open("wb", buffering=0) as file:
            fill(file)
        yield
        filler.unlink()


def fill(file: FileIO) -> None:
    """Write until there is no room for a byte."""
    for size in (65_536, 512, 1):
        with suppress(OSError):
            while True:
                file.write(bytes(size))


def until_full_and_back(disk: Disk, run: LoadedRun, served: Running, client: Client) -> None:
    """Let work go on for a moment, then let all be refused on a full disk, then let it go on again."""
    calls, refusals = len(run.checker.arrivals), run.clients.notes.refusals
    eventually(lambda: len(run.checker.arrivals) > calls + 6)
    with disk.full(served):
        eventually(lambda: client.ask("GET", "/ready").code == 503)
        refused = len(refusals)
        eventually(lambda: len(refusals) > refused + 3)
    eventually(lambda: client.ask("GET", "/ready").code == 200)


@pytest.mark.parametrize("kind", [Limited, Mounted])
def test_a_full_disk_is_a_refusal_and_with_room_again_the_service_goes_on(
    kind: Callable[[Path], Disk],
    tmp_path: Path,
    scale: Callable[[int, int], int],
    figure: Callable[[str, str, str], None],
) -> None:
    times = scale(1, 20)
    files = tmp_path / "files"
    files.mkdir()
    run, disk = LoadedRun(files, tmp_path / "served.log", 1), kind(files)
    with run.serving(disk.command) as served, Client(run.port) as client:
        with run.clients:
            for _ in range(times):
                until_full_and_back(disk, run, served, client)
        eventually(lambda: not run.uncalled)
        assert served.stop() == 0
    refusals = run.clients.notes.refusals
    assert {answer.code for _, answer in refusals} == {503}
    assert run.times_called == {1}
    figure(
        f"a full disk: {kind.__doc__}".rstrip("."),
        f"{times} times, under load",
        f"0 of {run.accepted:,} accepted submissions lost, each id called once; {len(refusals):,} refusals, "
        "all 503, and `/ready` red; back to work each time",
    )
