"""The rate as the upstream's kernel sees it, while packets are lost on their way to it."""

import logging
import sys
from pathlib import Path

import pytest

from ingest_service.config import Settings
from ingest_service.domain.model import Priority
from ingest_service.upstreams.fake import FakeUpstream
from tests.upstreams.lossy import losing
from tests.upstreams.running import complete, running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the filter of a socket loses the packets"),
]
log = logging.getLogger(__name__)

INTERVAL = 0.4
SLOTS = 25


def settings_for(folder: Path, url: str, timeout: float) -> Settings:
    environ = {
        "INGEST_DATABASE_URL": f"sqlite:///{folder / 'ingest.db'}",
        "INGEST_UPSTREAM_URL": url,
        "INGEST_INTERVAL_SECONDS": str(INTERVAL),
        "INGEST_LINGER_SECONDS": "0",
        "INGEST_UPSTREAM_TIMEOUT_SECONDS": str(timeout),
        "INGEST_BACKOFF_SECONDS": "0",
        "INGEST_MAX_ATTEMPTS": "100",
    }
    return Settings.from_environ(environ)


# A lost packet is sent again after 0.2 s, then after 0.4 s more: the second upstream is given up on in between.
@pytest.mark.parametrize(("share", "timeout"), [(0.1, 20.0), (0.5, 0.3)])
def test_no_interval_has_more_than_three_calls_while_packets_are_lost(
    tmp_path: Path, share: float, timeout: float
) -> None:
    with FakeUpstream(3, INTERVAL, on_listen=losing(share)) as upstream:
        settings = settings_for(tmp_path, upstream.url, timeout)
        with running(settings) as service:
            ingestion = service.submit(range(1, 3 * SLOTS + 1), Priority.LOW)
            run = complete(service, settings, ingestion, upstream)
    log.info("%d calls arrived from %d slots", len(upstream.arrivals), len(run.opened))
    assert [outcome.error for outcome in run.outcomes] == [None] * 3 * SLOTS
    assert upstream.most_in_a_span() <= 3
