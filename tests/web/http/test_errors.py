"""Every other error: one shape, a clear sentence, no stack trace."""

import logging
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ingest_service.domain.model import Ingestion, Submission
from ingest_service.errors import NOT_CERTAIN, CommitNotCertain
from ingest_service.stores.sqlite.journal import SqliteJournal
from tests.engine_kinds import over_every_engine
from tests.engines.places import EmbeddedPlace
from tests.simulation import Simulation
from tests.web.asking import client_of, ingest


def test_a_wrong_method_is_answered_with_those_that_are(client: FlaskClient) -> None:
    response = client.get("/ingest")
    assert response.status_code == 405
    assert response.headers["Allow"] == "OPTIONS, POST"
    assert response.get_json() == {
        "error": "Method not allowed",
        "details": {"method": ["GET is not allowed on /ingest; allowed: OPTIONS, POST"]},
    }


@pytest.mark.parametrize("path", ["/nope", "/status", "/status/a/b", "/static/x"])
def test_an_unknown_path_is_not_found(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.get_json() == {
        "error": "Not found",
        "details": {"path": [f"there is nothing at {path}"]},
    }


def test_what_fails_unexpectedly_is_logged_with_its_traceback_and_not_shown(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("the secret cause")

    response = app.test_client().get("/broken")
    assert response.status_code == 500
    assert response.get_json() == {
        "error": "Internal server error",
        "details": {"request": ["it failed unexpectedly; the log says why"]},
    }
    assert "the secret cause" in caplog.text
    assert "Traceback" in caplog.text


class DoubtfulJournal(SqliteJournal):
    """A journal whose commits have no answer."""

    def add(self, submission: Submission, accepted: Callable[[int, Ingestion], None], key: str | None) -> UUID:
        super().add(submission, accepted, key)
        raise CommitNotCertain("the database could not be written: the answer did not come")


def test_a_submission_that_may_be_kept_is_unavailable_and_the_sentence_says_to_ask_again() -> None:
    refused = ingest(client_of(Simulation(place=EmbeddedPlace(journal=DoubtfulJournal))), [1], key="nightly-17")
    sentence = f"the database could not be written: the answer did not come; {NOT_CERTAIN}"
    assert refused.status_code == 503
    assert refused.get_json() == {"error": "Storage unavailable", "details": {"store": [sentence]}}
    assert "Idempotency-Key" in sentence


@over_every_engine
def test_a_store_that_cannot_keep_a_submission_is_unavailable(
    client: FlaskClient, simulation: Simulation, caplog: pytest.LogCaptureFixture
) -> None:
    simulation.records.stop()
    with caplog.at_level(logging.ERROR):
        response = client.post("/ingest", json={"ids": [1], "priority": "LOW"})
    assert response.status_code == 503
    assert response.get_json() == {
        "error": "Storage unavailable",
        "details": {"store": ["the store has been stopped"]},
    }
    assert "POST /ingest: the store has been stopped" in caplog.text
