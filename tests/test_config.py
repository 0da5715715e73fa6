"""The settings: defaults, and one sentence for each value that is not allowed."""

from pathlib import Path

import pytest

from ingest_service.app import build_service
from ingest_service.config import Settings, nanoseconds
from ingest_service.errors import SettingError


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    settings = Settings.from_environ({})
    assert settings.model_dump(exclude={"upstream_headers"}) == {
        "host": "localhost",
        "port": 8000,
        "database_url": "sqlite:///ingest.db",
        "upstream_url": "",
        "batch_size": 3,
        "interval_seconds": 5,
        "linger_seconds": 0.2,
        "guard_seconds": None,
        "upstream_timeout_seconds": 10,
        "max_attempts": 5,
        "backoff_seconds": 5,
        "max_pause_seconds": 3600,
        "simulated_delay_seconds": 1,
        "max_ids": 1_000_000,
        "max_pending_ids": 10_000_000,
        "cors_origins": (),
        "allowed_hosts": (),
        "keepalive_seconds": 75,
        "log_format": "human",
        "keep_days": 30,
    }
    assert settings.headers == {}


def test_a_real_upstream_is_guarded_against_jitter_and_the_simulated_one_needs_no_guard() -> None:
    url = "https://api.example.com/items/{id}"
    assert Settings.from_environ({}).guard == 0
    assert Settings.from_environ({"INGEST_UPSTREAM_URL": url}).guard == 0.02
    assert Settings.from_environ({"INGEST_UPSTREAM_URL": url, "INGEST_GUARD_SECONDS": "0.5"}).guard == 0.5


def test_the_headers_for_the_upstream_are_read_and_never_shown() -> None:
    settings = Settings.from_environ({"INGEST_UPSTREAM_HEADERS": '{"Authorization": "Bearer s3cret"}'})
    assert settings.headers == {"Authorization": "Bearer s3cret"}
    assert "s3cret" not in f"{settings!r} {settings} {settings.model_dump()}"


A_JSON_OBJECT = 'it should be a JSON object like {"Authorization": "Bearer …"}'
NAMES_AND_LINES = "it should have names of letters, digits and hyphens, and values of one line of Latin-1"


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ("Authorization: s3cret", A_JSON_OBJECT),
        ('["s3cret"]', A_JSON_OBJECT),
        ('{"X-Key": 5, "Y": "s3cret"}', A_JSON_OBJECT),
        ('{"X Key": "s3cret"}', NAMES_AND_LINES),
        ('{"X-Key": " s3cret"}', NAMES_AND_LINES),
        ('{"Authorization": "Bearer s3cret…"}', NAMES_AND_LINES),
        ('{"X-Key": "s3cret\\r\\nX: y"}', NAMES_AND_LINES),
    ],
)
def test_bad_headers_are_refused_without_being_shown(headers: str, allowed: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.from_environ({"INGEST_UPSTREAM_HEADERS": headers})
    assert str(caught.value) == f"INGEST_UPSTREAM_HEADERS=(not shown) is not allowed: {allowed}"


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_environ({"INGEST_PORT": "", "INGEST_HOST": ""}) == Settings.from_environ({})


def test_every_variable_is_read() -> None:
    environ = {
        "INGEST_HOST": "0.0.0.0",
        "INGEST_PORT": "80",
        "INGEST_DATABASE_URL": "sqlite:////data/ingest.db",
        "INGEST_BATCH_SIZE": "4",
        "INGEST_INTERVAL_SECONDS": "0.5",
        "INGEST_LINGER_SECONDS": "0.25",
        "INGEST_GUARD_SECONDS": "0.02",
        "INGEST_UPSTREAM_URL": "http://upstream/{id}",
        "INGEST_UPSTREAM_TIMEOUT_SECONDS": "2.5",
        "INGEST_MAX_ATTEMPTS": "7",
        "INGEST_BACKOFF_SECONDS": "0.75",
        "INGEST_MAX_PAUSE_SECONDS": "60.5",
        "INGEST_SIMULATED_DELAY_SECONDS": "0.1",
        "INGEST_MAX_IDS": "10",
        "INGEST_MAX_PENDING_IDS": "20",
        "INGEST_CORS_ORIGINS": "https://app.example.com",
        "INGEST_ALLOWED_HOSTS": "ingest.example.com",
        "INGEST_KEEPALIVE_SECONDS": "90.0",
        "INGEST_LOG_FORMAT": "json",
        "INGEST_KEEP_DAYS": "9",
    }
    read = Settings.from_environ(environ).model_dump(exclude={"upstream_headers"})
    read["cors_origins"] = ", ".join(read["cors_origins"])
    read["allowed_hosts"] = ", ".join(read["allowed_hosts"])
    assert {str(value) for value in read.values()} == {*environ.values()}


def test_the_port_that_hosting_platforms_set_is_honoured_unless_ours_is_set() -> None:
    assert Settings.from_environ({"PORT": "5000"}).port == 5000
    assert Settings.from_environ({"PORT": "5000", "INGEST_PORT": "6000"}).port == 6000


@pytest.mark.parametrize(
    ("url", "path"),
    [("sqlite:///ingest.db", "ingest.db"), ("sqlite:////data/x.db", "/data/x.db")],
)
def test_three_slashes_are_relative_and_four_are_absolute(url: str, path: str) -> None:
    assert Settings.from_environ({"INGEST_DATABASE_URL": url}).database_path == Path(path)


@pytest.mark.parametrize(
    ("written", "origins"),
    [("*", ("*",)), (" https://a.example , http://[::1]:3000 ", ("https://a.example", "http://[::1]:3000"))],
)
def test_origins_are_all_or_separated_by_commas(written: str, origins: tuple[str, ...]) -> None:
    assert Settings.from_environ({"INGEST_CORS_ORIGINS": written}).cors_origins == origins


UPSTREAM_URL = "it should be like https://api.example.com/items/{id}"
ORIGINS = "it should be * or origins like https://app.example.com, separated by commas"
SQLITE_URL = "it should be sqlite:///relative/path.db or sqlite:////absolute/path.db"


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("INGEST_PORT", "http", "input should be a valid integer, unable to parse string as an integer"),
        ("INGEST_PORT", "70000", "input should be less than or equal to 65535"),
        ("PORT", "-1", "input should be greater than or equal to 0"),
        ("INGEST_INTERVAL_SECONDS", "abc", "input should be a valid number, unable to parse string as a number"),
        ("INGEST_INTERVAL_SECONDS", "0", "input should be greater than or equal to 0.001"),
        ("INGEST_INTERVAL_SECONDS", "nan", "input should be a finite number"),
        ("INGEST_INTERVAL_SECONDS", "inf", "input should be a finite number"),
        ("INGEST_INTERVAL_SECONDS", "1e9", "input should be less than or equal to 86400"),
        ("INGEST_LINGER_SECONDS", "-0.1", "input should be greater than or equal to 0"),
        ("INGEST_GUARD_SECONDS", "-1", "input should be greater than or equal to 0"),
        ("INGEST_SIMULATED_DELAY_SECONDS", "-1", "input should be greater than or equal to 0"),
        ("INGEST_BATCH_SIZE", "0", "input should be greater than or equal to 1"),
        ("INGEST_BATCH_SIZE", "2.5", "input should be a valid integer, unable to parse string as an integer"),
        ("INGEST_MAX_ATTEMPTS", "0", "input should be greater than or equal to 1"),
        ("INGEST_BACKOFF_SECONDS", "-1", "input should be greater than or equal to 0"),
        ("INGEST_MAX_PAUSE_SECONDS", "-1", "input should be greater than or equal to 0"),
        ("INGEST_UPSTREAM_TIMEOUT_SECONDS", "0", "input should be greater than 0"),
        ("INGEST_UPSTREAM_URL", "api.example.com/{id}", UPSTREAM_URL),
        ("INGEST_UPSTREAM_URL", "https://api.example.com/items", UPSTREAM_URL),
        ("INGEST_UPSTREAM_URL", "ftp://api.example.com/{id}", UPSTREAM_URL),
        ("INGEST_MAX_IDS", "0", "input should be greater than or equal to 1"),
        ("INGEST_MAX_IDS", "10000001", "input should be less than or equal to 10000000"),
        ("INGEST_MAX_PENDING_IDS", "0", "input should be greater than or equal to 1"),
        ("INGEST_MAX_PENDING_IDS", "1e7", "input should be a valid integer, unable to parse string as an integer"),
        ("INGEST_MAX_PENDING_IDS", "1000000001", "input should be less than or equal to 1000000000"),
        ("INGEST_CORS_ORIGINS", "app.example.com", ORIGINS),
        ("INGEST_CORS_ORIGINS", "https://app.example.com/page", ORIGINS),
        ("INGEST_CORS_ORIGINS", "*,https://app.example.com", ORIGINS),
        ("INGEST_LOG_FORMAT", "JSON", "input should be 'human' or 'json'"),
        ("INGEST_KEEP_DAYS", "0", "input should be greater than or equal to 1"),
        ("INGEST_KEEP_DAYS", "1.5", "input should be a valid integer, unable to parse string as an integer"),
        ("INGEST_KEEP_DAYS", "36501", "input should be less than or equal to 36500"),
        ("INGEST_DATABASE_URL", "postgresql://localhost/x", SQLITE_URL),
        ("INGEST_DATABASE_URL", "ingest.db", SQLITE_URL),
        ("INGEST_DATABASE_URL", "sqlite:///", SQLITE_URL),
        ("INGEST_DATABASE_URL", "sqlite:///:memory:", SQLITE_URL),
    ],
)
def test_a_bad_value_is_named_with_its_variable_and_what_is_allowed(name: str, value: str, allowed: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.from_environ({name: value})
    assert str(caught.value) == f"{name}={value} is not allowed: {allowed}"


def test_seconds_become_nanoseconds() -> None:
    assert nanoseconds(0.2) == 200_000_000
    assert nanoseconds(5) == 5_000_000_000


def test_building_the_service_starts_nothing_and_touches_no_disk(tmp_path: Path) -> None:
    settings = Settings.from_environ({"INGEST_DATABASE_URL": f"sqlite:///{tmp_path}/ingest.db"})
    assert build_service(settings).liveness_failures().keys() == {"dispatcher", "slips", "pruner", "store"}
    assert list(tmp_path.iterdir()) == []
