"""The command line: how soon it helps, what a submission costs, and how fast it reads a long file.

`ingestctl --help` stands beside a Python that only imports click, which draws the help; each is a process of its
own. Submitting a file of 10 million ids stands beside reading and checking it in the plainest way, which sends
nothing: the whole process is measured, with its ten requests to a server that makes the ids durable. People do
not notice less than 0.1 s; a script that submits id after id pays the processor's seconds for each.
"""

import subprocess
import sys
from array import array
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

from benchmarks.figure import Figure, show
from benchmarks.measure import here, medians, seconds
from benchmarks.ports import HOST
from benchmarks.serving import REAL, serving
from ingest_service.domain.model import LARGEST_ID

PYTHON = sys.executable
INGESTCTL = str(Path(PYTHON).with_name("ingestctl"))
ROUNDS = 30
LONG_ROUNDS = 3
IDS = 10_000_000


def run(*words: str) -> None:
    """Run a command to its end."""
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def submit(port: int, ids: str) -> None:
    """Submit ids to the server on a port."""
    run(INGESTCTL, "submit", ids, "--url", f"http://{HOST}:{port}")


def processor_seconds(port: int) -> float:
    """Return the seconds of a processor that the submission of one id takes; the server is still running."""
    before = getrusage(RUSAGE_CHILDREN)
    submit(port, "1")
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def read_and_check(path: Path) -> "array[int]":
    """Read ids, one on each line, as one does in Python without more."""
    with path.open() as lines:
        ids = array("I", map(int, lines))
    if min(ids) < 1 or max(ids) > LARGEST_ID:
        raise ValueError("not an id")
    return ids


def submitted(folder: Path, file: Path) -> float:
    """Return the seconds that the submission of a file takes; its server holds no more ids than these."""
    with serving(folder / "ingest.db", *REAL) as (port, _):
        return seconds(partial(submit, port, f"@{file}"))


def long_file(folder: Path) -> list[float]:
    """Return the seconds of submitting a long file, and of reading it."""
    file = folder / "ids.txt"
    with file.open("w") as lines:
        lines.writelines(f"{LARGEST_ID - number}\n" for number in range(IDS))

    def in_an_empty_folder() -> float:
        with here() as empty:
            return submitted(Path(empty), file)

    return medians(LONG_ROUNDS, in_an_empty_folder, partial(seconds, partial(read_and_check, file)))


def figures() -> Iterator[Figure]:
    """Measure."""
    helped, click = medians(
        ROUNDS,
        partial(seconds, partial(run, INGESTCTL, "--help")),
        partial(seconds, partial(run, PYTHON, "-c", "import click")),
    )
    yield Figure("`ingestctl --help`", "`python -c 'import click'`", helped / click, 1.6, more_is_better=False)
    with here() as folder, serving(Path(folder, "ingest.db"), *REAL) as (port, _):
        spent = median(processor_seconds(port) for _ in range(ROUNDS))
    yield Figure("`ingestctl submit` of one id, time of a processor", "", spent, 0.35, "s", more_is_better=False)
    with here() as folder:
        sent, read = long_file(Path(folder))
    what = f"`ingestctl submit @file` of {IDS:,} ids"
    yield Figure(what, "reading and checking the file", sent / read, 3, more_is_better=False)


if __name__ == "__main__":
    show(figures())
