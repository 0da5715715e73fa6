"""The instructions of a Dockerfile, and the files that a build may copy."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

_CONTINUED = re.compile(r"\\\n")
_COMMENT = re.compile(r"^#.*\n", re.MULTILINE)


@dataclass(frozen=True)
class Instruction:
    """One instruction: its word, such as RUN, and the rest of it on one line."""

    word: str
    rest: str

    @property
    def words(self) -> list[str]:
        """The rest as words; options such as --from count, too."""
        return self.rest.split()

    @property
    def command(self) -> list[str]:
        """The command of a CMD or HEALTHCHECK, which must be in the exec form: no shell becomes process 1."""
        command = json.loads(self.rest[self.rest.index("[") :])
        assert isinstance(command, list)
        return command


def instructions(path: Path) -> list[Instruction]:
    """Return all instructions of a Dockerfile, in their order."""
    lines = _CONTINUED.sub("", _COMMENT.sub("", path.read_text())).splitlines()
    return [Instruction(*line.split(maxsplit=1)) for line in lines if line.strip()]


def copy_context(root: Path, context: Path) -> None:
    """Copy what .dockerignore lets a build see: everything is ignored but what a line with ! names."""
    first, *lines = (root / ".dockerignore").read_text().splitlines()
    assert first == "*"
    for name in [line.removeprefix("!") for line in lines if line.startswith("!")]:
        if (root / name).is_dir():
            shutil.copytree(root / name, context / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(root / name, context / name)
