"""The looks of the replicas at the fence, and the calls that slipped between such a look and the sending.

A replica that is stopped exactly there, and goes on after its grant, sends that call late (docs/postgresql.md).
On a busy machine the stops of a run hit that moment now and then.
"""

import os
import threading
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ingest_service.clock import NANOSECONDS
from tests.processes.replicas.arrivals import ReplicaArrival
from tests.processes.replicas.faults import Blow
from tests.processes.replicas.record import Struck
from tests.processes.replicas.spans import overlap

# A call leaves within much less, unless its replica does not move.
_AT_ONCE = NANOSECONDS // 10
_THREADS = "fetch-"

# The variable of the environment that names the file of a replica.
LOOKS = "REPLICA_LOOKS"


class LookWriter:
    """Appends the looks of this process to a file. Any thread; what is written outlives a kill."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(self) -> None:
        """Note that this thread is about to look at the fence, if it makes a call."""
        _, is_call, record_id = threading.current_thread().name.partition(_THREADS)
        if is_call:
            os.write(self._file, f"{record_id} {time.monotonic_ns()}\n".encode())


class Looks:
    """The times of the looks, by replica and id; nanoseconds on the monotonic clock."""

    def __init__(self, files: Iterable[tuple[str, Path]]) -> None:
        self._times: dict[tuple[str, int], list[int]] = defaultdict(list)
        for replica, path in files:
            for line in path.read_text().splitlines():
                record_id, at = map(int, line.split())
                self._times[replica, record_id].append(at)

    def last_before(self, arrival: ReplicaArrival) -> int | None:
        """Return the last look before a call arrived, None if there was none."""
        times = self._times[arrival.replica, arrival.record_id]
        place = bisect_right(times, arrival.at)
        return times[place - 1] if place else None


def slipped(
    arrivals: Sequence[ReplicaArrival], looks: Looks, struck: Sequence[Struck]
) -> Iterator[ReplicaArrival]:
    """Yield the calls whose replica was stopped between their look at the fence and their arrival."""
    stops = [one for one in struck if one.fault.blow is Blow.STOP]
    for arrival in arrivals:
        look = looks.last_before(arrival)
        if look is None or arrival.at - look < _AT_ONCE:
            continue
        if any(one.replica == arrival.replica and overlap(one.span, (look, arrival.at)) for one in stops):
            yield arrival
