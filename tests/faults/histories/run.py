"""A run: clients ask while faults happen, and everything that they and the upstream noted is judged."""

import time
from collections.abc import Sequence
from random import Random

from tests.faults.histories import linearizability, total_queue
from tests.faults.histories.clients import CLIENTS, Clients
from tests.faults.histories.history import History
from tests.faults.histories.processes import Processes
from tests.processes import laws
from tests.processes.arrival import Arrival
from tests.processes.record import Record


def run(processes: Processes, seed: int, operations: int) -> History:
    """Let clients ask so often, with faults until the end, and then let all that was accepted end."""
    chance = Random(seed)
    clients = Clients(processes.ports, seed, operations)
    with clients:
        while not clients.are_done:
            _strike(processes, clients.history, chance)
    processes.steer("resume")
    clients.finish()
    return clients.history


def _strike(processes: Processes, history: History, chance: Random) -> None:
    time.sleep(chance.uniform(0.2, 1.5))
    if chance.random() < 0.7:
        history.kills.append(processes.kill_one(chance))
    else:
        processes.steer("pause")
        time.sleep(chance.uniform(0, 0.5))
        processes.steer("resume")


def violations(history: History, calls: Sequence[Arrival], interval: int) -> dict[str, object]:
    """Return everything that breaks what was promised, by what it breaks; empty if nothing does.

    The upstream was to get three calls at most in any `interval` (nanoseconds).
    """
    record = Record(interval, kills=history.kills, arrivals=sorted(calls, key=lambda call: call.at))
    repeats = laws.repeats(record)
    found: dict[str, object] = {
        "lost": total_queue.lost(history, calls),
        "unexpected": total_queue.unexpected(history, calls),
        "duplicated": repeats[None],
        "duplicated by one kill": [(kill, ids) for kill, ids in repeats.items() if kill is not None and ids > 3],
        "kept twice": total_queue.kept_twice(history),
        "statuses that went back": linearizability.backwards(history),
        "answers that no order explains": linearizability.unexplained(history),
        "four calls in an interval": [span for span in laws.spans_of_four(record) if span < interval],
    }
    return {broken: what for broken, what in found.items() if what}


def summary(history: History, calls: Sequence[Arrival]) -> str:
    """Return how much was tried, for a table."""
    unanswered = sum(one.code is None for one in history.operations)
    return (
        f"{len(history.operations):,} operations of {CLIENTS} clients on {len(history.ids):,} submissions, "
        f"{unanswered:,} without an answer; {len(history.kills)} kills; {len(calls):,} calls"
    )
