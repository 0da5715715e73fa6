"""X-Request-ID: every answer has one, and the log knows it."""

import re
from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ingest_service.web.http.request_id import HEADER, request_id
from tests.simulation import Simulation

NEW = re.compile("[0-9a-f]{32}")


def ask(client: FlaskClient, name: str) -> str:
    return client.get("/health", headers={HEADER: name}).headers[HEADER]


@pytest.mark.parametrize("name", ["x", "order 17/b~!", "a" * 128])
def test_the_name_that_the_client_gave_comes_back(client: FlaskClient, name: str) -> None:
    assert ask(client, name) == name


@pytest.mark.parametrize("name", ["", "a" * 129, "caf\xe9", "tab\there", "\x7f", "\0"])
def test_a_name_that_does_not_fit_is_replaced(client: FlaskClient, name: str) -> None:
    assert NEW.fullmatch(ask(client, name))


def test_a_request_without_a_name_gets_one_of_its_own(client: FlaskClient) -> None:
    names = [client.get("/health").headers[HEADER] for _ in range(2)]
    assert all(NEW.fullmatch(name) for name in names)
    assert names[0] != names[1]


def answers(client: FlaskClient, simulation: Simulation) -> Iterator[tuple[int, TestResponse]]:
    """Yield answers of every kind, with the status that each should have."""
    named = {HEADER: "mine"}
    status = f"/status/{simulation.submit(range(1, 4000))}"
    tag = client.get(status).headers["ETag"]
    yield 200, client.get(status, headers=named)
    yield 200, client.head(status, headers=named)
    yield 304, client.get(status, headers={**named, "If-None-Match": tag})
    yield 200, client.options(status, headers=named)
    yield 400, client.post("/ingest", data="no json", headers=named)
    yield 404, client.get("/nothing", headers=named)
    yield 405, client.put(status, headers=named)
    yield 413, client.post("/ingest", data=b" " * 66_000, headers=named)
    yield 200, client.get("/docs/start.js", headers=named, buffered=True)


def test_answers_of_every_kind_have_it_once(client: FlaskClient, simulation: Simulation) -> None:
    for code, answer in answers(client, simulation):
        assert (answer.status_code, answer.headers.getlist(HEADER)) == (code, ["mine"])


def test_what_fails_unexpectedly_has_it(app: Flask) -> None:
    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError

    answer = app.test_client().get("/broken", headers={HEADER: "mine"})
    assert (answer.status_code, answer.headers[HEADER]) == (500, "mine")


def test_the_thread_that_answers_knows_it_until_all_is_sent(app: Flask) -> None:
    @app.get("/named")
    def named() -> Response:
        return Response(str(request_id.get()) for _ in range(2))

    assert app.test_client().get("/named", headers={HEADER: "mine;"}).text == "mine;mine;"


def test_a_thread_that_answers_nothing_knows_none(client: FlaskClient) -> None:
    known: list[str | None] = []
    assert client.get("/health", headers={HEADER: "mine"}).headers[HEADER] == "mine"
    thread = Thread(target=lambda: known.append(request_id.get()))
    thread.start()
    thread.join()
    assert known == [None]
