"""System calls at which strace kills a process."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class SystemCall:
    """The call of this name that is the `number`-th one of its thread, from 1."""

    name: str
    number: int

    def killing(self, command: Sequence[str]) -> list[str]:
        """Return a command that runs this one, and kills it with SIGKILL as it makes the call.

        The call itself is not made. strace is a child of that process, so signals for the process go to it.
        """
        inject = f"inject={self.name}:signal=SIGKILL:when={self.number}"
        quiet = ["--daemonize", "--follow-forks", "-qqq", "--output=/dev/null"]
        return ["strace", *quiet, "-e", f"trace={self.name}", "-e", inject, *command]

    @property
    def is_of_stop(self) -> bool:
        """True for a call that comes when a service is stopped."""
        return self.name == "unlink"
