"""Power cuts of a recorded run, each followed by a start from the files that it left."""

import tempfile
from pathlib import Path
from random import Random

from tests.faults.aftermath import Aftermath
from tests.faults.crash_states import CrashStates, power_cuts
from tests.faults.loaded_run import RecordedRun

MEMORY = Path("/dev/shm")


def broken_promises(run: RecordedRun, count: int, seed: int) -> list[str]:
    """Return the promises that are broken after this number of power cuts, as sentences.

    The files are kept in memory where that is possible: a start from them waits for the disk many times.
    """
    aftermath = Aftermath(run.clients.notes, run.checker.arrivals)
    found = []
    for cut in power_cuts(list(run.disk.deeds()), count, Random(seed)):
        with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.exists() else None) as folder:
            for name, content in cut.files.items():
                (Path(folder) / name).write_bytes(content)
            sentences = aftermath.broken(Path(folder) / "ingest.db", cut.before)
        found += [f"seed {seed}, after {cut.number} deeds, {cut.way}: {sentence}" for sentence in sentences]
    return found


def is_as_recorded(run: RecordedRun) -> bool:
    """Return whether all that was recorded, together, makes the files that are there."""
    states = CrashStates(Random(0))
    for deed in run.disk.deeds():
        states.play(deed)
    files = {file.name: file.read_bytes() for file in run.disk.files.iterdir() if not file.name.endswith("-shm")}
    return states.cut("all") == files
