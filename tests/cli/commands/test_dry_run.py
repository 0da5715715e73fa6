import json
import re
from datetime import UTC, datetime, timedelta

from ingestctl.client import Client
from ingestctl.models import Priority
from tests.cli.conftest import Run
from tests.cli.stand_in import StandIn, accepted


def test_a_dry_run_shows_when_the_ids_would_run_and_which_ingestions_they_would_delay(
    real_run: Run, real_client: Client
) -> None:
    waiting = real_client.submit(range(1, 100_000), Priority.LOW)
    result = real_run("submit --dry-run --priority HIGH 1-6 --deadline +1h")
    assert (result.exit_code, result.stderr) == (0, "")
    starts, done, deadline, takes, delays, headings, delayed = result.stdout.splitlines()
    assert (starts[:15], done[:17]) == ("would start at ", "would be done at ")
    assert deadline.startswith("would meet the deadline, ")
    # Seconds may pass until it is shown.
    assert re.search(r", in (1h 00m|59m 5\ds)$", deadline)
    assert takes.startswith("would take 2 slots, after ")
    assert delays == "would delay 1 ingestion"
    assert headings.split("  ")[0] == "Ingestion"
    assert delayed.split()[:2] == [waiting, "LOW"]


def test_a_dry_run_shows_a_deadline_that_would_be_missed(real_run: Run) -> None:
    assert "would miss the deadline, " in real_run("submit --dry-run 1-1000 --deadline +1s").stdout


def test_a_dry_run_without_delays_submits_nothing(real_run: Run, real_client: Client) -> None:
    assert real_run("submit 1 --dry-run").stdout.splitlines()[-1] == "would delay no other ingestion"
    assert list(real_client.ingestions()) == []


def test_a_dry_run_can_be_printed_as_json(real_run: Run) -> None:
    printed = json.loads(real_run("submit 1 --dry-run -o json").stdout)
    assert (printed["dry_run"], printed["slots"], printed["delays"]) == (True, 1, [])


def test_a_dry_run_during_an_operators_pause_has_no_times(real_run: Run, real_client: Client) -> None:
    real_client.pause()
    assert real_run("submit 1-6 --dry-run").stdout.splitlines() == [
        "paused by an operator: it is not known when it would run",
        "would take 2 slots, after 0 others",
        "would delay no other ingestion",
    ]


def test_a_deadline_is_sent_with_its_offset(run: Run, service: StandIn) -> None:
    service.answers(accepted())
    before = datetime.now(UTC)
    assert run("submit 1 --deadline +2h").exit_code == 0
    sent = datetime.fromisoformat(service.requests[-1].body["deadline"])
    assert timedelta(0) <= sent - (before + timedelta(hours=2)) < timedelta(minutes=1)


def test_a_deadline_that_can_be_met_is_kept(real_run: Run, real_client: Client) -> None:
    result = real_run("submit 1 --deadline 2126-01-02T03:04:05+02:00")
    deadline = real_client.ingestion(result.stdout.strip()).deadline
    assert deadline is not None
    assert (deadline.at, deadline.holds) == (datetime(2126, 1, 2, 1, 4, 5, tzinfo=UTC), True)


def test_a_deadline_that_cannot_be_met_is_refused_in_the_local_time(real_run: Run) -> None:
    result = real_run("submit 1-100000 --deadline +1s")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: The deadline cannot be met: as things stand it would be done at ")
    assert ", in 55m " in result.stderr


def test_a_deadline_during_an_operators_pause_is_refused(real_run: Run, real_client: Client) -> None:
    real_client.pause()
    result = real_run("submit 1 --deadline +1h")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: The service refused this: Deadline cannot be met (deadline: ")
