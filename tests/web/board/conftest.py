"""The board over a service on the virtual clock."""

import pytest
from flask import Flask

from ingest_service.app import create_app
from ingest_service.config import Settings
from tests.simulation import SECOND, Simulation
from tests.web.board.browsing import Browser, Driven
from tests.web.declared import DeclaredClient


@pytest.fixture
def app(simulation: Simulation) -> Flask:
    app = create_app(Driven.by(simulation), Settings.from_environ({}), clock=simulation.clock)
    app.test_client_class = DeclaredClient
    return app


@pytest.fixture
def browser(app: Flask, simulation: Simulation) -> Browser:
    """A browser at a time at which the board is read again."""
    return Browser(app.test_client(), simulation.clock, SECOND // 4)
