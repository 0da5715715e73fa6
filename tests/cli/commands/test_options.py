"""Short options, and numbers that are none."""

import pytest
from click import Context

from ingestctl.commands.registry import REGISTRY, load
from tests.cli.conftest import Run
from tests.cli.stand_in import INGESTION_ID, StandIn, accepted, progress

SHORT = {"-p": "--priority", "-o": "--output", "-q": "--quiet", "-w": "--watch", "-h": "--help"}


@pytest.mark.parametrize("name", REGISTRY)
def test_every_command_has_the_short_forms_of_its_options(name: str) -> None:
    command = load(name)
    context = Context(command, help_option_names=["-h", "--help"])
    options = [option.opts for option in command.get_params(context) if option.opts[0].startswith("-")]
    short = {form: long for form, long in SHORT.items() if any(long in opts for opts in options)}
    assert {opts[0]: opts[1] for opts in options if len(opts[0]) == len("-x")} == short


@pytest.mark.parametrize("words", ["-h", "submit -h", "list -h"])
def test_h_is_help(run: Run, words: str) -> None:
    assert run(words).stdout == run(words.replace("-h", "--help")).stdout
    assert run(words).exit_code == 0


@pytest.mark.parametrize(
    "words", ["submit -p high 1", "submit 1 -phigh", "submit -q -p HIGH 1", "-q submit 1 -p HIGH"]
)
def test_p_is_the_priority(run: Run, service: StandIn, words: str) -> None:
    service.answers(accepted())
    assert run(words).stdout == f"{INGESTION_ID}\n"
    assert service.requests[0].body == {"ids": [1], "priority": "HIGH"}


def test_w_watches_and_q_is_quiet(run: Run, service: StandIn) -> None:
    service.answers(accepted(), progress("completed"))
    result = run("submit -qw 1 2 3")
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{INGESTION_ID}\n", "")
    assert service.paths() == ["/ingest", "/ingestions/id", "/status/id"]


@pytest.mark.parametrize("seconds", ["nan", "NaN", "inf", "-inf", "infinity", "-1", "1e999", "soon", "-0.001"])
def test_a_timeout_that_is_not_a_number_of_seconds_is_wrong_usage(
    run: Run, service: StandIn, seconds: str
) -> None:
    result = run(f"watch {INGESTION_ID} --timeout={seconds}")
    assert (result.exit_code, result.stdout, service.requests) == (2, "", [])
    assert "Error: Invalid value for '--timeout': " in result.stderr
