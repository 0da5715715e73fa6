"""The findings of benchmarks: measured in a process for each, and kept in a file between runs."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from traceback import print_exception

from msgspec import json

from benchmarks.figure import CannotRunError, Figure
from benchmarks.machine import Machine


@dataclass(frozen=True, slots=True)
class Found:
    """The figures of one benchmark, and what it, or the rest of it, lacks here: "needs PostgreSQL"."""

    figures: tuple[Figure, ...] = ()
    lack: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings of all benchmarks that ran so far, by their names, and the machine of the last run."""

    machine: Machine
    benchmarks: dict[str, Found] = field(default_factory=dict)


def measured(module: str) -> Found | None:
    """Run a benchmark in a process of its own, so that none finds what another left, and print its figures.

    Return None if it failed: the traceback is on stderr.
    """
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        running = process.submit(_figures_of, module)
        if error := running.exception():
            print_exception(error)
            return None
        return running.result()


def load(path: Path) -> dict[str, Found]:
    """Return what the runs before this one found, nothing if there was none."""
    return json.decode(path.read_bytes(), type=Findings).benchmarks if path.exists() else {}


def save(findings: Findings, path: Path) -> None:
    """Keep them for the next run."""
    path.write_bytes(json.format(json.encode(findings), indent=1) + b"\n")


def _figures_of(module: str) -> Found:
    figures: list[Figure] = []
    try:
        for figure in import_module(module).figures():
            print(f"  {figure}", flush=True)
            figures.append(figure)
    except CannotRunError as lack:
        print(f"  not run here, for it {lack}", flush=True)
        return Found(tuple(figures), str(lack))
    return Found(tuple(figures))
