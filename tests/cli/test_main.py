from http import HTTPStatus

import pytest

from ingestctl.commands.registry import REGISTRY, load
from tests.cli.conftest import Run
from tests.cli.stand_in import INGESTION_ID, Answer, StandIn, accepted, progress, refusal


def test_ingestctl_alone_prints_its_help_with_the_examples_before_the_options(run: Run) -> None:
    result = run("")
    assert result.exit_code == 0
    assert (
        0 < result.stdout.index("\n    ingestctl submit --priority HIGH 1 2 3\n") < result.stdout.index("Options:")
    )


@pytest.mark.parametrize("name", REGISTRY)
def test_the_help_has_the_first_line_of_the_help_of_every_command(run: Run, name: str) -> None:
    _, does = REGISTRY[name]
    assert f"  {name.ljust(10)}  {does}\n" in run("--help").stdout
    assert run(f"{name} --help").stdout.splitlines()[2].strip() == does
    assert load(name).name == name


def test_a_command_that_does_not_exist_is_wrong_usage(run: Run) -> None:
    result = run("prioritty")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "No such command 'prioritty'. Did you mean 'priority'?" in result.stderr


def test_the_help_lists_every_exit_code(run: Run) -> None:
    help_text = run("--help").stdout
    assert help_text.endswith(
        "  Exit codes:\n"
        "    0    done\n"
        "    1    refused or failed\n"
        "    2    wrong usage\n"
        "    3    service unreachable\n"
        "    4    not found\n"
        "    5    timed out\n"
        "    130  interrupted\n"
    )


def test_submit_prints_the_ingestion_id_alone(run: Run, service: StandIn) -> None:
    service.answers(accepted())
    result = run("submit --priority HIGH 1 2 1000000007")
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{INGESTION_ID}\n", "")
    [request] = service.requests
    assert (request.method, request.path) == ("POST", "/ingest")
    assert request.body == {"ids": [1, 2, 1000000007], "priority": "HIGH"}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (
            refusal(413, "Payload too large", ids=["At most 1000000."]),
            "Too large for the service: Payload too large (ids: At most 1000000.). Submit fewer ids at a time.",
        ),
        (
            Answer(413, b"<html>"),
            f"Too large for the service: {HTTPStatus(413).phrase}. Submit fewer ids at a time.",
        ),
        (
            refusal(500, "Internal error"),
            "The service failed: Internal error. Its log says why.",
        ),
        (
            refusal(500, "Out of order.\nSorry."),
            "The service failed: Out of order. Sorry. Its log says why.",
        ),
        (
            refusal(405, "Method not allowed"),
            "The service refused this: Method not allowed.",
        ),
    ],
)
def test_an_error_of_the_service_is_one_line_and_exits_1(
    run: Run, service: StandIn, answer: Answer, sentence: str
) -> None:
    service.answers(answer)
    result = run("submit 1")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"Error: {sentence}\n")


@pytest.mark.parametrize(
    ("answer", "first_line"),
    [
        (Answer(200, b"<html>It works!</html>"), "200 OK"),
        (Answer(200, {"id": 7}), "200 OK"),
        (Answer(200, [1]), "200 OK"),
        (Answer(200, None), "200 OK"),
        (Answer(200, 100_000 * b"[" + 100_000 * b"]"), "200 OK"),
        (Answer(400, b"<html>"), "400 Bad Request"),
        (Answer(400, ["no"]), "400 Bad Request"),
        (Answer(404, b"<html>"), "404 Not Found"),
        (Answer(301), "301 Moved Permanently"),
        (Answer(304), "304 Not Modified"),
    ],
)
def test_an_answer_of_something_else_asks_whether_this_is_the_ingest_service(
    run: Run, service: StandIn, answer: Answer, first_line: str
) -> None:
    service.answers(answer)
    result = run("submit 1")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: {service.url}/ingest answered {first_line}, but not the service's JSON: "
        "is this the ingest service? Check --url or INGEST_URL.\n"
    )


@pytest.mark.parametrize(
    ("status", "location", "leads"),
    [
        (301, "https://example.org/base/ingest", ": the service is at https://example.org/base. Give this with"),
        (308, "https://u:secret@example.org/ingest?a=secret#b", ": the service is at https://example.org. Give"),
        (307, "/new/ingest", ": the service is at {url}/new. Give this with --url or INGEST_URL."),
        (
            302,
            "//login.example.org/?to=secret",
            " and leads to http://login.example.org/: is this the ingest service?",
        ),
    ],
)
def test_a_redirect_shows_where_it_leads_to_and_is_not_followed(
    run: Run, service: StandIn, status: int, location: str, leads: str
) -> None:
    service.answers(Answer(status, headers={"Location": location}))
    result = run("submit 1")
    assert (result.exit_code, result.stdout, len(service.requests)) == (1, "", 1)
    phrase = f"{service.url}/ingest answered {status} {HTTPStatus(status).phrase}"
    assert result.stderr.startswith(f"Error: {phrase}{leads.format(url=service.url)}")
    assert "secret" not in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["submit 1", f"status {INGESTION_ID}", f"watch {INGESTION_ID}"])
def test_a_service_that_cannot_be_reached_exits_3(run: Run, nowhere: str, command: str) -> None:
    result = run(command, INGEST_URL=nowhere)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == (
        f"Error: Cannot reach the ingest service at {nowhere}: Connection refused. "
        "Is it running? Set --url or INGEST_URL if it is elsewhere.\n"
    )


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://localhost", "http://", "http://[::1", "http://a..b"])
def test_an_invalid_address_is_wrong_usage(run: Run, url: str) -> None:
    result = run("submit 1", INGEST_URL=url)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"Error: '{url}' is not the address of a service: "
        "give one like http://localhost:8000 with --url or INGEST_URL.\n"
    )


@pytest.mark.parametrize("words", ["--url '' submit 1", "submit --url '' 1", "verify --url ''", "verify ''"])
def test_an_address_that_is_empty_stands_for_no_other_one(run: Run, words: str) -> None:
    result = run(words, INGEST_URL="http://localhost:8000")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: '' is not the address of a service: ")


@pytest.mark.parametrize(
    "words",
    ["--url {} submit 1", "submit --url {} 1", "submit 1 --url {}/", "--url http://no submit 1 --url {}//"],
)
def test_the_address_goes_before_or_behind_the_command_and_beats_the_environment(
    run: Run, service: StandIn, nowhere: str, words: str
) -> None:
    service.answers(accepted())
    assert run(words.format(service.url + "/base"), INGEST_URL=nowhere).exit_code == 0
    assert service.requests[0].path == "/base/ingest"


def test_status_prints_a_line_for_every_batch_where_there_is_no_terminal(run: Run, service: StandIn) -> None:
    service.answers(progress("completed", "triggered", "yet_to_start"))
    result = run(f"status {INGESTION_ID}")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "batch 1  [1, 2, 3]  completed",
        "batch 2  [4, 5, 6]  triggered",
        "batch 3  [7, 8, 9]  yet_to_start",
        "1 of 3 batches completed",
    ]
    assert service.requests[0].path == f"/status/{INGESTION_ID}"


def test_watch_exits_0_when_all_is_completed(run: Run, service: StandIn) -> None:
    service.answers(progress("completed", "completed"))
    result = run(f"watch {INGESTION_ID}", FORCE_COLOR="1")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "batch 1  [1, 2, 3]  completed",
        "batch 2  [4, 5, 6]  completed",
        "2 of 2 batches completed",
    ]


@pytest.mark.parametrize("command", ["status", "watch"])
def test_an_unknown_ingestion_exits_4(run: Run, service: StandIn, command: str) -> None:
    service.answers(refusal(404, "Ingestion ID not found"))
    result = run(f"{command} {INGESTION_ID}")
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr == (
        f"Error: Ingestion ID not found: {service.url}/status/{INGESTION_ID}. "
        "Check the id, and --url or INGEST_URL.\n"
    )


@pytest.mark.parametrize("command", ["status", "results", "why", "cancel", "retry", "watch"])
def test_a_malformed_ingestion_id_is_wrong_usage(run: Run, service: StandIn, command: str) -> None:
    result = run(f"{command} 42")
    assert (result.exit_code, service.requests) == (2, [])
    assert "': '42' is not a valid UUID." in result.stderr
