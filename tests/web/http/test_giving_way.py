"""Requests give way before anything is done for them."""

from flask import Flask

from ingest_service.web.http.giving_way import GivingWay


def test_a_request_gives_way_first() -> None:
    done: list[str] = []
    app = Flask("test")

    @app.get("/")
    def answer() -> str:
        done.append("answered")
        return ""

    app.wsgi_app = GivingWay(app.wsgi_app, lambda: done.append("gave way"))  # type: ignore[method-assign]
    assert app.test_client().get("/").status_code == 200
    assert done == ["gave way", "answered"]
