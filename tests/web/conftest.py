"""The HTTP API over a service on the virtual clock."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ingest_service.app import create_app
from ingest_service.config import Settings
from tests.simulation import Simulation


@pytest.fixture
def simulation() -> Simulation:
    return Simulation()


@pytest.fixture
def app(simulation: Simulation) -> Flask:
    return create_app(simulation.service, Settings.from_environ({"INGEST_MAX_IDS": "10"}))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
