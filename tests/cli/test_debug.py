import re

from tests.cli.conftest import Run
from tests.cli.stand_in import StandIn, accepted, refusal


def test_debug_shows_every_request_with_its_outcome_and_duration(run: Run, service: StandIn) -> None:
    service.answers(refusal(503, "Busy"), accepted())
    result = run("submit 1 --debug")
    busy, again, fine = result.stderr.splitlines()
    assert re.fullmatch(rf"POST {service.url}/ingest: 503 Service Unavailable, \d+ ms", busy)
    assert again.endswith("Asking again in 0.5 s.")
    assert re.fullmatch(rf"POST {service.url}/ingest: 200 OK, \d+ ms", fine)


def test_debug_shows_the_error_of_a_request_without_an_answer(run: Run, nowhere: str) -> None:
    result = run(f"--debug list --url {nowhere}")
    assert re.match(rf"GET {nowhere}/ingestions\?limit=101: Cannot reach .*, \d+ ms\n", result.stderr)


def test_debug_shows_the_traceback_of_an_error_before_its_sentence(run: Run) -> None:
    lines = run("submit x --debug").stderr.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1].startswith("Error: 'x' is not an id")


def test_without_debug_an_error_is_one_line(run: Run) -> None:
    assert len(run("submit x").stderr.splitlines()) == 1


def test_one_run_does_not_debug_the_next(run: Run, service: StandIn) -> None:
    service.answers(accepted())
    run("submit 1 --debug")
    assert run("submit 1").stderr == ""
