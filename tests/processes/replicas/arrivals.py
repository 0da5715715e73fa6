"""The calls that the upstream saw, each with the replica that made it."""

from dataclasses import dataclass

from tests.processes.arrival import Arrival


@dataclass
class ReplicaArrival(Arrival):
    """A call of the replica of this name."""

    replica: str = ""
