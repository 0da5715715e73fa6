"""The checks find the fault of each wrong little service, and nothing in a right one."""

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from ingestctl.http.retry import NO_RETRY
from ingestctl.http.transport import Transport
from ingestctl.verify.checks import run
from ingestctl.verify.outcome import Outcome
from ingestctl.verify.timing import Timing
from ingestctl.verify.verdict import Verdict
from tests.acceptance.services import wrong
from tests.acceptance.services.right import RightService
from tests.acceptance.services.served import serving
from tests.acceptance.services.virtual import VirtualService

INTERVAL_SECONDS = 0.5
AT_ONCE = 4
FINDINGS: dict[type[RightService], dict[str, str]] = {
    RightService: {},
    wrong.IgnoresPriority: {
        "order": "[2, 101, 102] of LOW started while [201, 202, 203] of MEDIUM waited; "
        "HIGH should go before MEDIUM before LOW, and the older before the newer.",
    },
    wrong.IgnoresTheRate: {
        "rate": "4 ids started within ",
    },
    wrong.ChoosesBeforeItWaits: {
        "late choice": "[4, 5] of MEDIUM started, "
        "although the more urgent [6, 7, 8] of HIGH had been accepted before; "
        "what runs should be chosen only when the slot opens.",
    },
    wrong.LosesTheRest: {
        "batches": "Batch 2 of MEDIUM [1, 2, 3, 4, 5] is missing; it should be [4, 5].",
    },
    wrong.FailsOnWrongInput: {
        "wrong input": "POST /ingest with no ids answered 500 "
        "<!doctype html><title>500 Internal Server Error</title>; "
        "it should answer 400 with JSON that has an error, and details of ids.",
    },
    # Four ids in one batch are too many for the rate, too.
    wrong.MakesBatchesOfFour: {
        "batches": "Batch 1 of MEDIUM [1, 2, 3, 4, 5] is [1, 2, 3, 4]; it should be [1, 2, 3].",
        "rate": "4 ids started within ",
    },
    wrong.ForgetsOnRestart: {
        "restart": "After the restart, GET /status of MEDIUM [1, 2, 3, 4, 5] answered 404 "
        '{"error": "Ingestion ID not found"}; what was accepted should still be known.',
    },
}
every_kind = pytest.mark.parametrize("kind", FINDINGS, ids=lambda kind: kind.__name__)


def assert_found(
    verdicts: list[Verdict], kind: type[RightService], shown: Callable[[str], str] = lambda sentence: sentence
) -> None:
    """Assert that a service has its findings, by the beginnings of their sentences, and no other."""
    found = {verdict.check.name: verdict.seen for verdict in verdicts if verdict.is_finding}
    assert found.keys() == FINDINGS[kind].keys(), found
    other = [
        name for name, sentence in FINDINGS[kind].items() if not shown(found[name]).startswith(shown(sentence))
    ]
    assert other == [], found


def without_batches(sentence: str) -> str:
    """Return a sentence without the batches in it: in real seconds others may be found first, of any priority."""
    return re.sub(r"\[[\d, ]+\](?: of [A-Z]+)?", "[]", sentence)


@every_kind
def test_the_checks_find_exactly_the_fault_of_a_service(kind: type[RightService]) -> None:
    service = VirtualService(kind)
    assert_found(run(service.connect, service.timing, print, service.restart), kind)


def test_every_check_passes_with_a_right_service() -> None:
    service = VirtualService(RightService)
    verdicts = run(service.connect, service.timing, print, service.restart)
    assert {verdict.outcome for verdict in verdicts} == {Outcome.PASSED}


@pytest.fixture(scope="module")
def runs() -> Iterator[dict[type[RightService], Future[list[Verdict]]]]:
    """Real runs against every service, some at a time: they mostly wait."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {kind: pool.submit(run_over_http, kind) for kind in FINDINGS}


def run_over_http(kind: type[RightService]) -> list[Verdict]:
    with serving(kind, INTERVAL_SECONDS) as server:
        timing = Timing(INTERVAL_SECONDS, time.monotonic, time.sleep)
        return run(lambda: Transport(server.url, 10, NO_RETRY, {}), timing, say_nothing, server.restart)


def say_nothing(_: str) -> None:
    """Pytest does not capture what another thread prints."""


@pytest.mark.slow
@every_kind
def test_the_checks_find_the_same_over_http(
    kind: type[RightService], runs: dict[type[RightService], Future[list[Verdict]]]
) -> None:
    assert_found(runs[kind].result(), kind, without_batches)
