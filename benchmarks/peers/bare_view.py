"""Bare Flask views on waitress with our settings: they parse what is sent, and store nothing.

`python -m benchmarks.peers.bare_view PORT` serves them until it is ended.
"""

import sys
from functools import cache
from uuid import uuid4

from flask import Flask, Response, request
from waitress import serve

from benchmarks.ports import HOST
from ingest_service.web.http.lanes import THREADS
from ingest_service.web.http.server import OPTIONS

app = Flask(__name__)


@app.post("/ingest")
def ingest() -> dict[str, str]:
    """Parse the body, and answer with a new id."""
    request.get_json()
    return {"ingestion_id": str(uuid4())}


@app.get("/health")
def health() -> dict[str, str]:
    """Answer that it runs."""
    return {"status": "ok"}


@app.get("/constant/<int:size>")
def constant(size: int) -> Response:
    """Answer a constant of this number of bytes."""
    return Response(_constant(size), mimetype="application/json")


@cache
def _constant(size: int) -> bytes:
    return b"1" * size


if __name__ == "__main__":
    serve(app, host=HOST, port=int(sys.argv[1]), threads=THREADS["usual"], **OPTIONS)
