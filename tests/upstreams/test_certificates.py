"""Certificates that the environment names for the upstream."""

from pathlib import Path

import certifi
import pytest

from ingest_service.app import build_service
from ingest_service.config import Settings
from ingest_service.errors import SettingError
from ingest_service.upstreams.certificates import require_certificates

HTTPS = "https://api.example.com/{id}"
NAMES = ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_and_a_folder_with_certificates_will_do(tmp_path: Path, name: str) -> None:
    require_certificates(HTTPS, {})
    require_certificates(HTTPS, {name: certifi.where()})
    require_certificates(HTTPS, {name: str(tmp_path)})


@pytest.mark.parametrize("name", NAMES)
def test_certificates_that_cannot_be_read_are_refused(tmp_path: Path, name: str) -> None:
    missing, other = tmp_path / "missing.pem", tmp_path / "other.pem"
    other.write_text("no certificate")
    for path, reason in ((missing, "No such file or directory"), (other, "it holds no certificates")):
        with pytest.raises(SettingError) as caught:
            require_certificates(HTTPS, {name: str(path)})
        assert str(caught.value) == f"{name}={path} is not allowed: {reason}"


def test_certificates_that_no_call_needs_are_not_looked_at() -> None:
    missing = {"REQUESTS_CA_BUNDLE": "/missing.pem"}
    require_certificates("http://api.example.com/{id}", missing)
    require_certificates(HTTPS, {"REQUESTS_CA_BUNDLE": certifi.where(), "CURL_CA_BUNDLE": "/missing.pem"})
    build_service(Settings.from_environ({}), environ=missing)
    with pytest.raises(SettingError, match=r"/missing\.pem"):
        build_service(Settings.from_environ({"INGEST_UPSTREAM_URL": HTTPS}), environ=missing)
