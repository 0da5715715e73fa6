"""The HTTP API over a service on the virtual clock."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ingest_service.app import create_app
from ingest_service.config import Settings
from tests.simulation import Simulation
from tests.web.declared import DeclaredClient


@pytest.fixture
def app(simulation: Simulation) -> Flask:
    app = create_app(simulation.service, Settings.from_environ({"INGEST_MAX_IDS": "10"}))
    app.test_client_class = DeclaredClient
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
