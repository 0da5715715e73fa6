"""Several limits at once in real seconds, as real providers state them, some hundred times as fast."""

from pathlib import Path

import pytest

from ingest_service.upstreams.fake import FakeUpstream, parse_limit
from tests.processes.client import Client
from tests.processes.running import WSGI, Running, settings
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

# In each, the ids that are submitted use every limit up.
LINES = {
    "100 a minute and 2,000 a day": ("10/0.2s, 30/3s", 70),
    "1,000 an hour and 10,000 a day": ("20/0.5s, 60/4s", 130),
}


@pytest.mark.parametrize(("line", "ids"), LINES.values(), ids=list(LINES))
def test_an_upstream_that_counts_refuses_nothing_and_no_seat_is_wasted(
    tmp_path: Path, line: str, ids: int
) -> None:
    with FakeUpstream(limits=[parse_limit(one) for one in line.split(", ")]) as upstream:
        environ = settings(tmp_path, INGEST_UPSTREAM_URL=upstream.url, INGEST_FILL_SLOTS="1", INGEST_LIMITS=line)
        with Running(WSGI, environ, tmp_path / "log") as running, Client(int(environ["INGEST_PORT"])) as client:
            running.until_healthy()
            client.submit(range(1, ids + 1), "HIGH")
            eventually(lambda: len(upstream.arrivals) >= ids)
        assert upstream.refused == 0
        assert len(upstream.arrivals) == ids
        assert [upstream.most_in_a_span(limit) for limit in upstream.limits] == [
            limit.ids for limit in upstream.limits
        ]
