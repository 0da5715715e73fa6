"""Findings about more faults than those of `tests/acceptance/services/wrong.py`, and what is no fault."""

import json
from collections.abc import Mapping

import pytest

from ingestctl.verify.checks import CHECKS, run
from ingestctl.verify.outcome import Outcome
from ingestctl.verify.verdict import Verdict
from tests.acceptance.services import more_wrong
from tests.acceptance.services.right import RightService
from tests.acceptance.services.virtual import VirtualService

FINDINGS: dict[type[RightService], dict[str, str]] = {
    more_wrong.AcceptsNothing: {
        "submissions": 'POST /ingest of 5 ids, MEDIUM, answered 503 {"error": "Later"}; '
        "it should answer 200 and an ingestion_id.",
        "wrong input": 'POST /ingest with no ids answered 503 {"error": "Later"}; ',
        "answer times": "23 of 28 requests were not answered by the service; all should be. One answered 503 ",
    },
    more_wrong.SaysCreated: {"submissions": "POST /ingest of 5 ids, MEDIUM, answered 201 "},
    more_wrong.RefusesTheHundred: {"submissions": "POST /ingest of 100 ids, LOW, answered 413 "},
    more_wrong.AcceptsEverything: {
        "wrong input": 'POST /ingest with no ids answered 200 {"ingestion_id": "x"}; '
        "it should answer 400 with JSON that has an error, and details of ids. (18 more like it.)",
    },
    more_wrong.NamesNoField: {"wrong input": 'POST /ingest with no ids answered 400 {"error": "Invalid input"}; '},
    more_wrong.KnowsEverything: {
        "unknown ids": 'GET /status of an unknown ingestion answered 200 {"status": "completed", "batches": []}; '
        "it should answer 404 with the error 'Ingestion ID not found'.",
    },
    more_wrong.NamesBatchesOtherwise: {"shape": "GET /status of MEDIUM [1, 2, 3, 4, 5] answered 200 "},
    more_wrong.AnswersAboutAnother: {
        "shape": "GET /status of MEDIUM [1, 2, 3, 4, 5] has the ingestion_id another; it is "
    },
    more_wrong.IsTriggeredAtOnce: {
        "outer status": "HIGH [6, 7, 8, 9] was triggered while its batches were yet_to_start, yet_to_start; "
        "it should be yet_to_start.",
    },
    more_wrong.ListsBatchesLate: {"batches": "Batch 2 of MEDIUM [1, 2, 3, 4, 5] is missing; it should be [4, 5]."},
    more_wrong.MixesClients: {
        "20 clients": "The ingestion of the id 310 lists [311]; it should list that id only."
    },
    more_wrong.LosesOneClient: {
        "20 clients": 'POST /ingest of one client among many answered 500 {"error": "Busy"}; '
        "it should answer 200 and an ingestion_id.",
    },
    more_wrong.ForgetsOneClient: {
        "20 clients": 'GET /status of one client among many answered 404 {"error": "Not found"}; '
        "it should answer 200 and its status.",
    },
    more_wrong.SharesIngestions: {
        "20 clients": "The ingestion of the id 302 lists [301]; it should list that id only. (18 more like it.)",
    },
    more_wrong.SharesAnIngestion: {
        "20 clients": "20 clients got 1 different ingestion ids; each should get one.",
    },
    more_wrong.HangsUp: {
        "submissions": "POST /ingest of 5 ids, MEDIUM, gave no answer (The connection broke.); ",
        "answer times": "1 of ",
    },
    more_wrong.AnswersNoStatus: {"answer times": ""},
    more_wrong.TakesItsTime: {},
    more_wrong.GoesBackwards: {
        "transitions": "Batch 1 of MEDIUM [1, 2, 3, 4, 5] went from completed to triggered; "
        "a status should only go forwards.",
    },
    more_wrong.NeverStarts: {
        "completion": "Nothing of MEDIUM [1, 2, 3, 4, 5] was ever seen to start; "
        "on an empty queue it should start at once.",
    },
    more_wrong.NeverRunsTheRest: {
        "completion": "[4, 5] of MEDIUM never started; every batch should start in its turn. (1 more like it.)",
    },
    more_wrong.NeverCompletes: {
        "completion": "[1, 2, 3] of MEDIUM was triggered for more than 6 intervals; "
        "every batch should be completed.",
    },
    more_wrong.IsATenthTooFast: {"rate": ""},
    more_wrong.IsSlightlyTooFast: {"rate": ""},
    more_wrong.NewestFirst: {
        "order": "[207, 208, 209] of MEDIUM started while [201, 202, 203] of MEDIUM waited; "
        "HIGH should go before MEDIUM before LOW, and the older before the newer.",
    },
    more_wrong.NewestOfHighFirst: {
        "order": "[210, 211, 212] of HIGH started while [204, 205, 206] of HIGH waited; "
        "HIGH should go before MEDIUM before LOW, and the older before the newer.",
    },
    more_wrong.OneBatchASlot: {
        "example": "T0 runs 1, 2, 3; T5 runs 6, 7, 8; T10 runs 9; T15 runs 4, 5; "
        "it should be: T0 runs 1, 2, 3; T5 runs 6, 7, 8; T10 runs 9, 4, 5.",
    },
    more_wrong.Breaks: {"answer times": "1 of "},
    more_wrong.ForgetsWhatIsCompleted: {
        "restart": "After the restart, 2 batches of MEDIUM [1, 2, 3, 4, 5] are no longer completed; "
        "they should be.",
    },
    more_wrong.EndsWithTheRestart: {
        "restart": "After the restart, the rest of HIGH [213, 214, 215, 216, 217, 218] did not start; "
        "it should go on.",
    },
}


def checked(service: VirtualService) -> Mapping[str, Verdict]:
    verdicts = run(service.connect, service.timing, print, service.restart)
    return {verdict.check.name: verdict for verdict in verdicts}


def findings(verdicts: Mapping[str, Verdict]) -> dict[str, str]:
    return {name: verdict.seen for name, verdict in verdicts.items() if verdict.is_finding}


@pytest.mark.parametrize("kind", FINDINGS, ids=lambda kind: kind.__name__)
def test_a_fault_is_found_and_no_other(kind: type[RightService]) -> None:
    found = findings(checked(VirtualService(kind)))
    assert found.keys() == FINDINGS[kind].keys()
    assert [name for name, sentence in FINDINGS[kind].items() if not found[name].startswith(sentence)] == []


@pytest.mark.parametrize(("kind", "request_seconds"), [(more_wrong.PacesFromTheEnd, 0.005), (RightService, 0.2)])
def test_a_right_service_that_is_slower_has_no_findings(kind: type[RightService], request_seconds: float) -> None:
    verdicts = checked(VirtualService(kind, request_seconds))
    assert findings(verdicts) == {}
    assert verdicts["example"].outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("kind", "needless"),
    [
        (more_wrong.AnswersNoStatus, {"submissions", "wrong input", "unknown ids"}),
        (more_wrong.SaysCreated, {"wrong input", "unknown ids"}),
    ],
)
def test_of_what_was_not_seen_nothing_passes(kind: type[RightService], needless: set[str]) -> None:
    """Only checks that need no status can pass."""
    verdicts = checked(VirtualService(kind))
    passed = {name for name, verdict in verdicts.items() if verdict.outcome is Outcome.PASSED}
    assert passed - {"answer times"} == needless


def test_an_example_of_which_one_ingestion_is_never_seen_is_not_judged() -> None:
    verdicts = checked(VirtualService(more_wrong.AnswersNoStatusOfHigh))
    assert verdicts["example"].seen == "not both ingestions were seen"
    assert verdicts["completion"].outcome is Outcome.PASSED


def test_answers_that_take_long_are_a_finding() -> None:
    found = findings(checked(VirtualService(RightService, 1.2)))
    assert found["answer times"] == (
        "The answers took long: median 1200 ms, 95 % within 1200 ms, slowest 1200 ms; "
        "95 % should come within 1 s, and all within 5 s."
    )


def test_two_runs_after_each_other_disturb_each_other_not() -> None:
    service = VirtualService(RightService)
    assert findings(checked(service)) == {}
    assert findings(checked(service)) == {}


def test_other_work_in_the_queue_is_noticed_and_is_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    service = VirtualService(RightService)
    body = json.dumps({"ids": list(range(1, 13)), "priority": "HIGH"}).encode()
    service.connect().send("POST", "/ingest", body, {"Content-Type": "application/json"})
    verdicts = checked(service)
    assert findings(verdicts) == {}
    assert verdicts["example"].seen == "other work was in the queue"
    assert "The first batch waited for 20 s: other work is in the queue." in capsys.readouterr().out


def test_without_a_way_to_restart_that_is_not_judged() -> None:
    service = VirtualService(RightService)
    *others, restart = run(service.connect, service.timing, print, None)
    assert {verdict.outcome for verdict in others} == {Outcome.PASSED}
    assert (restart.outcome, restart.seen) == (
        Outcome.NOT_JUDGED,
        "no command that restarts the service was given",
    )


def test_a_check_comes_after_those_that_it_needs() -> None:
    names = [check.name for check in CHECKS]
    assert [check.name for check in CHECKS if not set(check.needs) <= set(names[: names.index(check.name)])] == []
