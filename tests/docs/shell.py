"""A shell in which the commands of one document run one after the other, against a service of their own."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from tests.docs.shape import UUID

DOCUMENTED = "localhost:8000"
_END = "end-of-command"


class Shell:
    """A bash process; as a context manager it never outlives the block.

    In commands the host and port of the service are replaced, and ids that the documentation shows by those
    that came in their place.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str], address: str) -> None:
        self._address = address
        self._ids: dict[str, str] = {}
        self._bash = subprocess.Popen(
            ["bash"],
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bash.kill()
        self._bash.communicate()

    def run(self, command: str) -> tuple[int, str]:
        """Run a command and return its exit code and what it printed."""
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        self._bash.stdin.write(f"{{ {self.rewritten(command)}\n}} < /dev/null\ncode=$?; echo; echo {_END} $code\n")
        self._bash.stdin.flush()
        output = ""
        for line in self._bash.stdout:
            if line.startswith(_END):
                return int(line.split()[1]), output.removesuffix("\n")
            output += line
        raise AssertionError(f"the shell ended: {output}")

    def rewritten(self, text: str) -> str:
        """Return a text of the documentation with the address and the ids of this run."""
        return UUID.sub(lambda match: self._ids.get(match[0], match[0]), text.replace(DOCUMENTED, self._address))

    def learn(self, documented: str, actual: str) -> None:
        """Take the ids of an output for those that the documentation shows in their place."""
        self._ids.update(zip(UUID.findall(documented), UUID.findall(actual), strict=False))


def syntax_error(command: str) -> str:
    """Return what bash says against a command without running it, empty if nothing."""
    checked = subprocess.run(["bash", "-n", "-c", command], capture_output=True, text=True, check=False)
    return checked.stderr
