"""The programs of one server: run in its directory, by a user that PostgreSQL accepts."""

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.postgres.binaries import copied

# The pipe is closed when the process that holds its other end has ended, in whatever way.
_GUARD = ("sh", "-c", 'read -r _; kill -QUIT "$1"; sleep 1; rm -rf "$2"', "guard")


class Programs:
    """Runs programs from the folder `binaries` in a directory that belongs to their user.

    As root that is another user, who must be able to reach the directory: PostgreSQL refuses root.
    """

    def __init__(self, binaries: Path, directory: Path) -> None:
        self._binaries = binaries
        self._directory = directory

    def make_directory(self) -> None:
        """Make the directory."""
        self._directory.mkdir(0o700)
        if user := _user():
            os.chown(self._directory, user.pw_uid, user.pw_gid)

    def run(self, program: str, *arguments: str) -> None:
        """Run a program to its end. Raises RuntimeError with what it printed if it fails."""
        command = self._command(program, arguments)
        done = subprocess.run(command, capture_output=True, text=True, check=False, **self._surroundings)
        if done.returncode != 0:
            raise RuntimeError(f"{program} has failed: {done.stderr}")

    def spawn(self, program: str, *arguments: str, log: Path) -> subprocess.Popen[bytes]:
        """Start a program that appends to a log. Ctrl-C reaches the tests only, which then stop it."""
        with log.open("ab") as output:
            return subprocess.Popen(
                self._command(program, arguments),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **self._surroundings,
            )

    def _command(self, program: str, arguments: Sequence[str]) -> list[str]:
        return [str(_reachable(self._binaries) / program), *arguments]

    @property
    def _surroundings(self) -> dict[str, Any]:
        """The options of `subprocess` for the folder, the environment and the user."""
        return {"cwd": self._directory, "env": {"PATH": os.defpath, "LC_ALL": "C"}, **_as_user()}


class Guard:
    """A process that kills a server and removes its directory when this process ends without having stopped it."""

    def __init__(self, pid: int, directory: Path) -> None:
        command = [*_GUARD, str(pid), str(directory)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)

    def dismiss(self) -> None:
        """End the guard, which then does nothing."""
        with self._process:
            self._process.kill()


@cache
def _user() -> pwd.struct_passwd | None:
    """Return the user to run as where this process is root's."""
    if os.geteuid() != 0:
        return None
    users = {user.pw_name: user for user in pwd.getpwall()}
    return users.get("postgres") or users["nobody"]


def _as_user() -> dict[str, Any]:
    user = _user()
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@cache
def _reachable(binaries: Path) -> Path:
    """Return the folder, or one with a copy for a user who cannot reach it: for example below /root.

    The copy is removed at the end of this process.
    """
    if subprocess.run(["test", "-x", binaries], check=False, **_as_user()).returncode != 0:
        folder = Path(tempfile.mkdtemp(prefix="ingest-"))
        atexit.register(shutil.rmtree, folder)
        folder.chmod(0o711)
        return copied(binaries, folder)
    return binaries
