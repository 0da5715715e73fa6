"""Answers over HTTP that say that a service is unavailable."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from ingestctl.http.retry import NO_RETRY
from ingestctl.verify.asking import Asker
from ingestctl.verify.transport import FullTransport
from tests.acceptance.services.more_wrong import AcceptsNothing
from tests.acceptance.services.served import serving


@pytest.fixture
def asker() -> Iterator[Asker]:
    with serving(AcceptsNothing, 1) as server, closing(FullTransport(server.url, 10, NO_RETRY, {})) as transport:
        yield Asker(transport, lambda: 0.0, [])


def test_a_refusal_with_503_is_quoted_and_counts_as_no_answer(asker: Asker) -> None:
    reply = asker.ask("POST", "/ingest", b"{}")
    assert str(reply) == 'answered 503 {"error": "Later"}'
    assert reply.is_missing
