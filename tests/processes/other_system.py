"""A program as on a system that is no Unix: `python -m tests.processes.other_system ingestctl.main:main list`.

What only Unix has is missing, /proc cannot be read, and in the place of fcntl there is a stand-in for msvcrt.
"""

import errno
import os
import select
import signal
import socket

# These two look at the system when they are imported, and would not know this one.
import subprocess  # noqa: F401
import sys
import time
import zoneinfo  # noqa: F401
from importlib import import_module
from types import ModuleType

# What the stand-in locks with.
_lockf, _F_TLOCK = os.lockf, os.F_TLOCK

_MODULES = ["fcntl", "resource", "termios", "tty", "pty", "pwd", "grp", "syslog", "readline", "curses"]
_ATTRIBUTES: dict[ModuleType, list[str]] = {
    os: [
        *("fork", "forkpty", "pread", "pwrite", "getuid", "geteuid", "getgid", "getegid", "uname", "killpg"),
        *(
            "setsid",
            "fchmod",
            "fchown",
            "chown",
            "lockf",
            "sched_getaffinity",
            "mkfifo",
            "O_CLOEXEC",
            "O_NONBLOCK",
        ),
    ],
    select: ["poll", "epoll"],
    signal: ["SIGHUP", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGPIPE", "SIGCHLD", "SIGWINCH", "SIGTSTP"],
    socket: ["AF_UNIX", "TCP_INFO", "SO_REUSEPORT", "MSG_DONTWAIT", "TCP_USER_TIMEOUT"],
    time: ["CLOCK_BOOTTIME", "clock_gettime", "clock_gettime_ns", "tzset"],
}


class Msvcrt(ModuleType):
    """The part of Windows' msvcrt that locks bytes of a file from where it stands."""

    LK_NBLCK = 2

    @staticmethod
    def locking(file: int, mode: int, byte_count: int) -> None:
        """Lock them for this process, or raise PermissionError."""
        assert mode == Msvcrt.LK_NBLCK
        try:
            _lockf(file, _F_TLOCK, byte_count)
        except OSError as error:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES)) from error


def become_another_system() -> None:
    """Remove from this process what other systems do not have."""
    for name in _MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    sys.modules["msvcrt"] = Msvcrt("msvcrt")
    for module, names in _ATTRIBUTES.items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    sys.addaudithook(_refuse_proc)
    sys.platform = "other"


def _refuse_proc(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("open", "os.listdir", "os.scandir") and str(arguments[0]).startswith("/proc"):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), arguments[0])


def main() -> None:
    become_another_system()
    module, function = sys.argv[1].split(":")
    del sys.argv[1]
    getattr(import_module(module), function)()


if __name__ == "__main__":
    main()
