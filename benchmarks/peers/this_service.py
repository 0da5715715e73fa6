"""The service over SQLite, driven as the other queues are: the program, and a client that asks until answered.

STORE is the URL of its database, and INGEST_PORT its port.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from http.client import HTTPException
from urllib.request import Request, urlopen

from benchmarks.peers.driving import INTERVAL, STORE, drive


def work() -> None:
    """Become the service."""
    settings = {
        "INGEST_DATABASE_URL": STORE,
        "INGEST_UPSTREAM_URL": os.environ["UPSTREAM"],
        "INGEST_INTERVAL_SECONDS": str(INTERVAL),
    }
    os.execve(sys.executable, [sys.executable, "-m", "ingest_service"], os.environ | settings)


def submit(ids: Sequence[int]) -> None:
    """Submit a list until it is accepted: while the service is down nothing answers. A key makes it once only."""
    url = f"http://127.0.0.1:{os.environ['INGEST_PORT']}/ingest"
    body = json.dumps({"ids": ids, "priority": "MEDIUM"}).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"list-{ids[0]}"}
    while True:
        with suppress(OSError, HTTPException), urlopen(Request(url, body, headers), timeout=10):
            return
        time.sleep(0.05)


if __name__ == "__main__":
    drive(work, submit)
