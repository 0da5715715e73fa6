"""The drivers of queues in Python share this, standard library only: each runs in an environment of its own.

A driver either works until it is killed, or submits: it reads lists of ids from stdin, a line each, and prints the
ids of a list, a line each, as soon as they are accepted. The environment has LIMIT and INTERVAL (at most LIMIT
ids may start in any INTERVAL seconds), UPSTREAM (a URL with `{id}`) and STORE (the URL or file of the queue).
"""

import os
import sys
from collections.abc import Callable, Sequence
from urllib.request import urlopen

LIMIT = int(os.environ.get("LIMIT", "3"))
INTERVAL = int(os.environ.get("INTERVAL", "5"))
STORE = os.environ.get("STORE", "")


def call_upstream(record_id: int) -> None:
    """Call the upstream for one id, and wait for its answer."""
    with urlopen(os.environ["UPSTREAM"].replace("{id}", str(record_id)), timeout=10) as answer:
        answer.read()


def drive(work: Callable[[], object], submit: Callable[[Sequence[int]], object]) -> None:
    """Do what the command line says, `work` or `submit`; `submit` returns once the ids are accepted."""
    if sys.argv[1] == "work":
        work()
        return
    for line in sys.stdin:
        ids = [int(word) for word in line.split()]
        submit(ids)
        print(*ids, sep="\n", flush=True)
