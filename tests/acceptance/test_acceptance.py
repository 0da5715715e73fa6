"""The acceptance suite for a running service: `pytest tests/acceptance --base-url http://localhost:8000`."""

from collections.abc import Mapping

import pytest

from ingestctl.verify.checks import CHECKS
from ingestctl.verify.outcome import Outcome
from ingestctl.verify.verdict import Check, Verdict


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_service_keeps_its_specification(check: Check, verdicts: Mapping[str, Verdict]) -> None:
    verdict = verdicts[check.name]
    match verdict.outcome:
        case Outcome.FAILED:
            pytest.fail(verdict.seen, pytrace=False)
        case Outcome.NOT_JUDGED:
            pytest.skip(verdict.seen)
