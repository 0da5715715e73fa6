"""Credentials for the service, or a proxy before it: they are sent, and never printed."""

import json
from base64 import b64encode
from pathlib import Path

import pytest

from ingestctl.client import Client
from ingestctl.errors import UsageError
from tests.cli.conftest import Run
from tests.cli.serving import serving
from tests.cli.stand_in import INGESTION_ID, Answer, StandIn, accepted, refusal

BASIC = f"Basic {b64encode('us er:sécret/'.encode()).decode()}"
USER = "us%20er:s%C3%A9cret%2F"


def with_user(url: str, user: str = "user:secret") -> str:
    return url.replace("//", f"//{user}@")


def test_a_user_and_a_password_in_the_address_are_sent(run: Run, service: StandIn) -> None:
    service.answers(accepted())
    assert run("submit 1", INGEST_URL=with_user(service.url, USER)).exit_code == 0
    assert service.requests[0].headers["Authorization"] == BASIC


@pytest.mark.parametrize(
    "answer",
    [
        Answer(401, b"<html>"),
        Answer(200, b"<html>"),
        refusal(404, "Ingestion ID not found"),
        refusal(400, "No"),
        refusal(503, "Busy"),
        Answer(308, headers={"Location": "http://user:secret@elsewhere/"}),
    ],
)
@pytest.mark.parametrize("command", ["submit 1", f"status {INGESTION_ID}", "health", f"watch {INGESTION_ID}"])
def test_the_password_in_an_address_is_never_printed(
    run: Run, service: StandIn, answer: Answer, command: str
) -> None:
    service.always(answer)
    for words in ("", " --debug"):
        result = run(f"{command} --url {with_user(service.url)}{words}")
        assert result.exit_code != 0
        assert "secret" not in result.output
        assert "user" not in result.output


@pytest.mark.parametrize("command", ["submit 1", "health", "--version"])
def test_the_password_of_a_service_that_cannot_be_reached_is_never_printed(
    run: Run, nowhere: str, command: str
) -> None:
    for words in ("", "--debug "):
        result = run(f"{words}{command} --url {with_user(nowhere)}")
        assert "secret" not in result.output


@pytest.mark.parametrize(
    "url",
    [
        "http://user:secret@[::1",
        "http://user:secret@",
        "ftp://user:secret@localhost",
        "user:secret@localhost:8000",
        "http://user:se/secret@localhost",
        "http://user:secret@localhost:port",
        "http://user:secret@a..b",
        "//user:secret@localhost",
    ],
)
def test_the_password_in_an_invalid_address_is_never_printed(run: Run, url: str) -> None:
    result = run(f"submit 1 --debug --url '{url}'")
    assert (result.exit_code, result.stdout) == (2, "")
    assert " is not the address of a service: " in result.stderr
    assert "secret" not in result.stderr


def test_health_and_version_show_the_address_without_the_password(tmp_path: Path, run: Run) -> None:
    with serving(tmp_path) as url:
        for command in ("health", "--version"):
            result = run(command, INGEST_URL=with_user(url))
            assert f"at {url}\n" in result.stdout
            assert "secret" not in result.output


def test_the_headers_of_the_environment_are_sent_with_every_request(run: Run, service: StandIn) -> None:
    service.answers(accepted())
    headers = json.dumps({"Authorization": "Bearer secret", "X-Team": "blue"})
    for url in (service.url, with_user(service.url)):
        result = run("submit 1 --debug", INGEST_URL=url, INGEST_HEADERS=headers)
        sent = service.requests[-1].headers
        assert (sent["Authorization"], sent["X-Team"]) == ("Bearer secret", "blue")
        assert "secret" not in result.output


def test_a_netrc_does_not_replace_a_header_of_the_environment(run: Run, service: StandIn, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login user password other\n")
    service.answers(accepted())
    run("submit 1", NETRC=str(netrc))
    run("submit 1", NETRC=str(netrc), INGEST_HEADERS='{"authorization": "Bearer secret"}')
    first, second = (request.headers for request in service.requests)
    assert first["Authorization"].startswith("Basic ")
    assert (second["authorization"], second.get("Authorization")) == ("Bearer secret", None)


@pytest.mark.parametrize("value", ["secret", "[1]", '{"X-Token": 7, "secret": 1}', "7", '{"X": "secret"'])
def test_headers_that_are_not_a_json_object_are_wrong_usage(run: Run, service: StandIn, value: str) -> None:
    result = run("submit 1 --debug", INGEST_HEADERS=value)
    assert (result.exit_code, service.requests) == (2, [])
    assert result.stderr.splitlines()[-1] == (
        'Error: INGEST_HEADERS is not a JSON object of strings: write {"Authorization": "Bearer …"}.'
    )
    assert "secret" not in result.output


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Token", "secret\r\nX-Other: 1"),
        ("X-Token", "secret\n"),
        ("X-Token", " secret"),
        ("X-Token", "secr\u00e9t secret"),
        ("X Token", "secret"),
        ("", "secret"),
    ],
)
def test_a_header_that_http_cannot_carry_is_wrong_usage_and_its_value_is_not_shown(
    run: Run, service: StandIn, name: str, value: str
) -> None:
    result = run("submit 1 --debug", INGEST_HEADERS=json.dumps({name: value}))
    assert (result.exit_code, service.requests) == (2, [])
    assert name in result.stderr
    assert "secret" not in result.stderr
    with pytest.raises(UsageError):
        Client(service.url, headers={name: value})
