"""The acceptance suite where there is no service to check."""

import pytest

from ingestctl.commands.context import CliContext
from ingestctl.verify.timing import Timing
from tests.acceptance.conftest import examine_or_exit


def test_an_address_without_a_service_ends_the_suite_with_a_sentence() -> None:
    with pytest.raises(
        pytest.exit.Exception, match=r"^Cannot reach the ingest service at http://127.0.0.1:1: "
    ) as ended:
        examine_or_exit(CliContext("http://127.0.0.1:1"), None, Timing())
    assert ended.value.returncode == pytest.ExitCode.USAGE_ERROR
