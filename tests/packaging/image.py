"""A stand-in for a container engine: it executes a Dockerfile in overlays of this machine, and runs its command.

Every RUN is executed as it is written, with this machine and its Python in place of the base image. What it writes
stays in the overlay. It needs Linux and root.
"""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.packaging.dockerfile import Instruction

_OF_THE_MACHINE = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
# The home of this Python may be closed to other users: opened in the overlay only.
_OPENED = [str(parent) for parent in Path(sys.base_prefix).parents]


class Namespace:
    """A mount namespace with a disk in memory at `folder`; as a context manager it goes away with all in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Self:
        keep = ["unshare", "--mount", "sh", "-c", "echo; exec cat"]
        self._keeper = subprocess.Popen(keep, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._keeper.stdout is not None
        self._keeper.stdout.readline()
        self.run(f"mount -t tmpfs none {self.folder}")
        return self

    def __exit__(self, *_: object) -> None:
        self._keeper.communicate()

    def enter(self, *command: str) -> list[str]:
        """Return the command line that runs a command inside."""
        return ["nsenter", f"--mount=/proc/{self._keeper.pid}/ns/mnt", *command]

    def run(self, script: str) -> None:
        """Run a script of the shell inside. Raises CalledProcessError."""
        subprocess.run(self.enter("sh", "-euc", script), check=True)


@dataclass(frozen=True)
class Base:
    """The begin of every stage: the files that it may copy, and an environment with `python` and `pip`."""

    context: Path
    python: Path


class Stage:
    """One stage of a build: a root of its own, and what its instructions have set."""

    def __init__(self, namespace: Namespace, number: int, base: Base) -> None:
        self._namespace = namespace
        self._context = base.context
        self._folder = namespace.folder / str(number)
        self.root = self._folder / "root"
        self.environ = {"PATH": f"{base.python}/bin:{_PATH}"}
        self.workdir, self.user = "/", "0:0"
        self.command: list[str] = []
        self.health: list[str] = []
        self._mount(base.python)

    def _mount(self, python: Path) -> None:
        folder = self._folder
        self._namespace.run(
            f"mkdir -p {folder}/upper {folder}/work {self.root}; "
            f"mount -t overlay none {self.root} -o lowerdir=/,upperdir={folder}/upper,workdir={folder}/work; "
            f"mount --rbind /dev {self.root}/dev; mount -t proc none {self.root}/proc; "
            f"mkdir -p {self.root}{python}; mount --bind {python} {self.root}{python}; "
            f"cd {self.root}; chmod o+x {' '.join(f'.{parent}' for parent in _OPENED)}"
        )

    def execute(self, instruction: Instruction, stages: Mapping[str, "Stage"]) -> None:
        """Execute an instruction. Raises CalledProcessError if a step fails."""
        match instruction.word:
            case "ENV":
                pairs = [word.split("=", 1) for word in instruction.words]
                self.environ |= {name: value.replace("$PATH", self.environ["PATH"]) for name, value in pairs}
            case "WORKDIR":
                self.workdir = instruction.rest
                self._namespace.run(f"mkdir -p {self.root}{self.workdir}")
            case "COPY":
                self._copy(instruction.words, stages)
            case "RUN":
                subprocess.run(self.inside(["sh", "-c", instruction.rest], _OF_THE_MACHINE), check=True)
            case "USER":
                self.user = instruction.rest
            case "CMD":
                self.command = instruction.command
            case "HEALTHCHECK":
                self.health = instruction.command
            case word:
                assert word == "EXPOSE", word

    def _copy(self, words: Sequence[str], stages: Mapping[str, "Stage"]) -> None:
        source = self._context
        if words[0].startswith("--from="):
            source, words = stages[words[0].removeprefix("--from=")].root, words[1:]
        *names, target = words
        place = f"{self.root}{Path(self.workdir, target)}"
        for name in names:
            path = shlex.quote(f"{source}/{name}")
            self._namespace.run(
                f"if [ -d {path} ]; then mkdir -p {place}; cp -a {path}/. {place}; else cp {path} {place}; fi"
            )

    def make_read_only(self, volume: str) -> None:
        """Let only a volume and /tmp be written to, as `docker run -v … --read-only --tmpfs /tmp` does."""
        bind = f"mount --bind {self.root}{volume} {self.root}{volume};"
        self._namespace.run(f"{bind} mount -t tmpfs none {self.root}/tmp; mount -o remount,bind,ro {self.root}")

    def inside(self, command: Sequence[str], environ: Mapping[str, str], *around: str) -> list[str]:
        """Return the command line that runs a command in this stage, with its user, variables and folder."""
        variables = [f"{name}={value}" for name, value in {**self.environ, **environ}.items()]
        script = f"cd {self.workdir}; exec {shlex.join(command)}"
        root = ["chroot", f"--userspec={self.user}", str(self.root), "env", "-i", *variables, "sh", "-c", script]
        return self._namespace.enter(*around, *root)


def build(steps: Sequence[Instruction], namespace: Namespace, base: Base) -> Stage:
    """Execute all instructions of a Dockerfile and return its last stage."""
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    for step in steps:
        if step.word == "FROM":
            stage = Stage(namespace, len(stages), base)
            stages[step.words[-1]] = stage
        else:
            assert stage is not None, "a Dockerfile begins with FROM"
            stage.execute(step, stages)
    assert stage is not None
    return stage
