"""Which threads answer which requests."""

from types import SimpleNamespace

import pytest

from ingest_service.web.http.lanes import lane_of


@pytest.mark.parametrize(
    ("asked", "lane"),
    [
        ("POST /ingest", "usual"),
        ("POST /ingest dry_run=true", "computing"),
        ("GET /status/1", "usual"),
        ("GET /ingestions", "usual"),
        ("GET /ingestions/1", "computing"),
        ("PATCH //ingestions//1/", "computing"),
        ("GET /ingestions/1/batches", "computing"),
        ("GET /ingestions/1/results", "answers"),
        ("GET /schedule/", "computing"),
        ("GET /dispatcher", "computing"),
        ("POST /dispatcher/pause", "usual"),
        ("GET /metrics", "computing"),
        ("HEAD //health", "probes"),
        ("GET /ready", "probes"),
        ("GET /nothing", "usual"),
    ],
)
def test_a_request_belongs_to_the_threads_of_its_kind(asked: str, lane: str) -> None:
    method, path, query = (*asked.split(), "")[:3]
    request = SimpleNamespace(error=None, body_bytes_received=0, command=method, path=path, query=query)
    assert lane_of(request) == lane
    request.body_bytes_received = 300_000
    assert lane_of(request) == "large"
    request.error = object()
    assert lane_of(request) == "usual"
