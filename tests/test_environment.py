"""Remarks about variables that may not do what they were set for."""

import pytest

from ingest_service.config import Settings
from ingest_service.environment import remarks


def remarks_on(**environ: str) -> list[str]:
    return list(remarks(environ, Settings.variables()))


def test_settings_and_variables_of_others_are_not_worth_a_remark() -> None:
    others = {"PATH": "/bin", "INGEST_URL": "http://localhost:8000", "INTERVAL_SECONDS": "3"}
    assert remarks_on(INGEST_PORT="80", INGEST_UPSTREAM_HEADERS="{}", PORT="90", **others) == []
    assert remarks_on(INGEST_SOMETHING="") == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("INGEST_INTERVAL_SECOND", "; did you mean INGEST_INTERVAL_SECONDS?"),
        ("INGEST_UPSTREAM_HEADER", "; did you mean INGEST_UPSTREAM_HEADERS?"),
        ("INGEST_DATABASE_FILE", "; did you mean INGEST_DATABASE_URL_FILE?"),
        ("INGEST_DB_URL", "; did you mean INGEST_DATABASE_URL?"),
        ("INGEST_BATCHSIZE", "; did you mean INGEST_BATCH_SIZE?"),
        ("ingest_port", "; did you mean INGEST_PORT?"),
        ("INGEST_WORKERS", ""),
        ("INGEST_FOO", ""),
    ],
)
def test_a_name_that_is_no_setting_is_remarked_with_the_nearest_one_and_without_its_value(
    name: str, hint: str
) -> None:
    assert remarks_on(**{name: "s3cret"}) == [f"{name} is not a setting and is ignored{hint}"]


def test_all_variables_of_a_kubernetes_service_get_one_remark() -> None:
    injected = {
        "INGEST_PORT": "tcp://10.96.0.17:8000",
        "INGEST_PORT_8000_TCP": "tcp://10.96.0.17:8000",
        "INGEST_PORT_8000_TCP_ADDR": "10.96.0.17",
        "INGEST_SERVICE_HOST": "10.96.0.17",
        "INGEST_SERVICE_PORT_HTTP": "8000",
    }
    ignored = "INGEST_PORT is ignored: it is an address that Kubernetes has set for a Service named ingest"
    assert remarks_on(**injected) == [ignored]


def test_listening_on_every_interface_because_of_a_platform_is_remarked() -> None:
    sentence = "listening on every interface, because PORT is set and INGEST_HOST is not"
    assert remarks_on(PORT="5000") == [sentence]
    assert remarks_on(PORT="5000", INGEST_HOST="0.0.0.0") == []


def test_a_database_that_a_platform_offers_and_nothing_names_is_remarked_without_its_url() -> None:
    offered = {"DATABASE_URL": "postgres://user:s3cret@db.example.com/d"}
    sentence = "DATABASE_URL is not read: to use that database, set INGEST_DATABASE_URL to the same URL"
    assert remarks_on(**offered) == [sentence]
    assert remarks_on(**offered, INGEST_DATABASE_URL="sqlite:///ingest.db") == []
    assert remarks_on(**offered, INGEST_DATABASE_URL_FILE="/run/secrets/url") == []
    assert remarks_on(DATABASE_URL="mysql://db.example.com/d") == []
