"""Options of the acceptance suite, its one run of all checks, and the table at its end."""

from argparse import SUPPRESS
from collections.abc import Mapping
from pathlib import Path

import pytest

from ingestctl.commands.context import CliContext
from ingestctl.commands.verify import examine
from ingestctl.errors import IngestctlError
from ingestctl.render.verdicts import conclusion, verdict_rows
from ingestctl.verify.timing import INTERVAL_SECONDS, Timing
from ingestctl.verify.verdict import Verdict

BASE_URL = "--base-url"
RESTART = "--restart"
INTERVAL = "--interval"
SUITE = "test_acceptance.py"
VERDICTS = pytest.StashKey[list[Verdict]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("acceptance", "acceptance of a running service")
    group.addoption(BASE_URL, metavar="URL", help="check the service at this address")
    group.addoption(RESTART, metavar="COMMAND", help="check a restart too: this restarts the service")
    group.addoption(INTERVAL, type=float, default=INTERVAL_SECONDS, help=SUPPRESS)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Run either the suite, or the tests of it: the address of a service decides."""
    if collection_path.parent != Path(__file__).parent or not collection_path.name.startswith("test_"):
        return None
    is_suite = collection_path.name == SUITE
    return is_suite != bool(config.getoption(BASE_URL, None)) or None


@pytest.fixture(scope="session")
def verdicts(pytestconfig: pytest.Config) -> Mapping[str, Verdict]:
    """The verdicts about the service, by the names of their checks; the first test runs all checks at once."""
    context = CliContext(chosen_url=pytestconfig.getoption(BASE_URL))
    timing = Timing(pytestconfig.getoption(INTERVAL))
    found = examine_or_exit(context, pytestconfig.getoption(RESTART), timing)
    pytestconfig.stash[VERDICTS] = found
    return {verdict.check.name: verdict for verdict in found}


def examine_or_exit(context: CliContext, restart: str | None, timing: Timing) -> list[Verdict]:
    """Run all checks; where that cannot be done, end the whole run with the reason."""
    try:
        return examine(context, restart, timing)
    except IngestctlError as error:
        pytest.exit(str(error), pytest.ExitCode.USAGE_ERROR)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if found := config.stash.get(VERDICTS, None):
        terminalreporter.section("verdicts")
        for line in (*verdict_rows(found).escaped().lines(), *conclusion(found)):
            terminalreporter.write_line(line)
