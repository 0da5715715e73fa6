"""The settings: defaults, and one sentence for each value that is not allowed."""

import os
import socket
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from ingest_service.app import build_service
from ingest_service.config import Settings, nanoseconds, network_guard
from ingest_service.errors import SettingError


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    settings = Settings.from_environ({})
    assert settings.model_dump(exclude={"upstream_headers", "replica_name"}) == {
        "host": "localhost",
        "port": 8000,
        "database_url": SecretStr("sqlite:///ingest.db"),
        "upstream_url": SecretStr(""),
        "upstream_method": "GET",
        "upstream_body": SecretStr(""),
        "upstream_headers_file": SecretStr(""),
        "batch_size": 3,
        "slot_size": None,
        "fill_slots": "0",
        "limits": (),
        "interval_seconds": 5,
        "linger_seconds": 0.3,
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
        "page_controls": "0",
        "log_format": "human",
        "keep_days": 30,
    }
    assert settings.headers == {}


def test_a_real_upstream_is_guarded_against_jitter_and_the_simulated_one_needs_no_guard() -> None:
    url = "https://api.example.com/items/{id}"
    assert Settings.from_environ({}).guard == 0
    assert Settings.from_environ({"INGEST_UPSTREAM_URL": url}).guard == network_guard(sys.platform)
    assert Settings.from_environ({"INGEST_UPSTREAM_URL": url, "INGEST_GUARD_SECONDS": "0.5"}).guard == 0.5


def test_a_call_takes_at_most_the_time_out_of_a_real_upstream_or_the_delay_of_the_simulated_one() -> None:
    times = {"INGEST_UPSTREAM_TIMEOUT_SECONDS": "0.5", "INGEST_SIMULATED_DELAY_SECONDS": "2"}
    url = "https://api.example.com/items/{id}"
    assert Settings.from_environ(times).longest_call_seconds == 2
    assert Settings.from_environ({**times, "INGEST_UPSTREAM_URL": url}).longest_call_seconds == 0.5


def test_where_lost_packets_go_unnoticed_the_guard_covers_one_that_is_sent_again() -> None:
    assert [network_guard("linux"), network_guard("darwin")] == [0.02, 0.25]


def test_the_headers_for_the_upstream_are_read_and_never_shown() -> None:
    settings = Settings.from_environ({"INGEST_UPSTREAM_HEADERS": '{"Authorization": "Bearer s3cret"}'})
    assert settings.headers == {"Authorization": "Bearer s3cret"}
    assert "s3cret" not in f"{settings!r} {settings} {settings.model_dump()}"


DATABASE_URL = (
    "it should be sqlite:///relative/path.db or sqlite:////absolute/path.db, or begin with postgresql://"
)
A_LIMIT = "it should be like 100/1m, 2000/1d: ids and their window, in s, m, h or d"
A_JSON_OBJECT = 'it should be a JSON object like {"Authorization": "Bearer …"}'
NAMES_AND_LINES = "it should have names of letters, digits and hyphens, and values of one line of Latin-1"


def test_no_setting_that_may_hold_a_key_is_shown_and_neither_is_the_request(tmp_path: Path) -> None:
    key, path = "k3y0fThePartner", tmp_path / "k3y0fThePartner.json"
    path.write_text(f'{{"Authorization": "{key}"}}')
    settings = Settings.from_environ(
        {
            "INGEST_UPSTREAM_URL": f"https://me:{key}@api.example.com/{key}/{{id}}",
            "INGEST_UPSTREAM_METHOD": "POST",
            "INGEST_UPSTREAM_BODY": f'{{"key": "{key}"}}',
            "INGEST_UPSTREAM_HEADERS_FILE": str(path),
            "INGEST_DATABASE_URL": f"postgresql://me:{key}@db/ingest",
        }
    )
    assert key in settings.upstream_request.url
    shown = (settings, settings.model_dump(), settings.model_dump_json(), settings.upstream_request)
    assert [text for text in map(repr, shown) if key in text] == []


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


def test_a_slot_holds_one_batch_unless_its_size_is_set() -> None:
    assert Settings.from_environ({"INGEST_BATCH_SIZE": "7"}).slot_ids == 7
    assert Settings.from_environ({"INGEST_BATCH_SIZE": "7", "INGEST_SLOT_SIZE": "100"}).slot_ids == 100


@pytest.mark.parametrize(
    ("written", "limits", "batch"),
    [
        ("300/5s", [(300, 5)], 3),
        ("10000/1d,1000/1h", [(1000, 3600), (10_000, 86_400)], 3),
        ("2/s", [(2, 1)], 2),
        (" 3/0.5s , 100/1.5m ", [(3, 0.5), (100, 90)], 3),
        ("3/5s, 100/1m, 300/1h, 2000/1d", [(3, 5), (100, 60), (300, 3600), (2000, 86_400)], 3),
    ],
)
def test_limits_are_written_as_ids_and_their_window(
    written: str, limits: list[tuple[int, float]], batch: int
) -> None:
    settings = Settings.from_environ({"INGEST_LIMITS": written})
    assert [(limit.ids, limit.seconds) for limit in settings.all_limits] == limits
    assert (settings.slot_ids, settings.batch_ids) == (limits[0][0], batch)


def test_limits_stand_in_place_of_the_size_of_a_slot_and_the_interval() -> None:
    for name in ("INGEST_SLOT_SIZE", "INGEST_INTERVAL_SECONDS"):
        with pytest.raises(
            SettingError, match=f"INGEST_LIMITS and {name} are both set: only one of them is allowed"
        ):
            Settings.from_environ({"INGEST_LIMITS": "3/5s", name: "5"})


def test_a_batch_that_was_chosen_fits_into_the_shortest_limit() -> None:
    with pytest.raises(SettingError, match="INGEST_LIMITS=2/1s is not allowed: it should allow 3 ids or more, as"):
        Settings.from_environ({"INGEST_LIMITS": "2/s, 100/1m", "INGEST_BATCH_SIZE": "3"})


def test_history_is_kept_for_as_long_as_a_quota_counts() -> None:
    Settings.from_environ({"INGEST_LIMITS": "3/5s, 100/1.5d", "INGEST_KEEP_DAYS": "2"})
    with pytest.raises(
        SettingError, match="INGEST_KEEP_DAYS=1 is not allowed: it should be 2 or more, for 100/36h"
    ):
        Settings.from_environ({"INGEST_LIMITS": "3/5s, 100/1.5d", "INGEST_KEEP_DAYS": "1"})


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_environ({"INGEST_PORT": "", "INGEST_HOST": ""}) == Settings.from_environ({})


def test_every_variable_is_read(tmp_path: Path) -> None:
    headers = tmp_path / "headers.json"
    headers.write_text("{}")
    environ = {
        "INGEST_HOST": "0.0.0.0",
        "INGEST_PORT": "80",
        "INGEST_DATABASE_URL": "sqlite:////data/ingest.db",
        "INGEST_REPLICA_NAME": "one",
        "INGEST_BATCH_SIZE": "4",
        "INGEST_SLOT_SIZE": "12",
        "INGEST_FILL_SLOTS": "1",
        "INGEST_INTERVAL_SECONDS": "0.5",
        "INGEST_LINGER_SECONDS": "0.25",
        "INGEST_GUARD_SECONDS": "0.02",
        "INGEST_UPSTREAM_URL": "http://upstream/{id}",
        "INGEST_UPSTREAM_METHOD": "PUT",
        "INGEST_UPSTREAM_BODY": '{"id": {id}}',
        "INGEST_UPSTREAM_HEADERS_FILE": str(headers),
        "INGEST_UPSTREAM_TIMEOUT_SECONDS": "2.5",
        "INGEST_MAX_ATTEMPTS": "7",
        "INGEST_BACKOFF_SECONDS": "0.75",
        "INGEST_MAX_PAUSE_SECONDS": "60.5",
        "INGEST_SIMULATED_DELAY_SECONDS": "0.1",
        "INGEST_MAX_IDS": "10",
        "INGEST_MAX_PENDING_IDS": "20",
        "INGEST_CORS_ORIGINS": "https://app.example.com",
        "INGEST_ALLOWED_HOSTS": "ingest.example.com",
        "INGEST_KEEPALIVE_SECONDS": "62.5",
        "INGEST_PAGE_CONTROLS": "1",
        "INGEST_LOG_FORMAT": "json",
        "INGEST_KEEP_DAYS": "9",
    }
    settings = Settings.from_environ(environ)
    # Limits stand in place of the size of a slot and of the interval.
    read = settings.model_dump(exclude={"upstream_headers", "limits"})
    for name in ("database_url", "upstream_url", "upstream_body", "upstream_headers_file"):
        read[name] = getattr(settings, name).get_secret_value()
    for name in ("cors_origins", "allowed_hosts"):
        read[name] = ", ".join(read[name])
    assert {str(value) for value in read.values()} == {*environ.values()}


def test_the_port_that_hosting_platforms_set_is_honoured_unless_ours_is_set() -> None:
    assert Settings.from_environ({"PORT": "5000"}).port == 5000
    assert Settings.from_environ({"PORT": "5000", "INGEST_PORT": "6000"}).port == 6000


def test_a_platform_that_sets_the_port_is_served_on_every_interface_unless_a_host_is_set() -> None:
    assert Settings.from_environ({"PORT": "5000"}).host == "*"
    assert Settings.from_environ({"PORT": "5000", "INGEST_HOST": "localhost"}).host == "localhost"
    assert Settings.from_environ({"PORT": "5000", "INGEST_PORT": "6000"}).host == "localhost"


def test_the_address_that_kubernetes_puts_into_the_port_is_ignored() -> None:
    environ = {"INGEST_PORT": "tcp://10.96.0.17:8000", "INGEST_SERVICE_HOST": "10.96.0.17"}
    assert Settings.from_environ(environ) == Settings.from_environ({})
    assert Settings.from_environ({**environ, "PORT": "5000"}).port == 5000


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("0.0.0.0", "0.0.0.0"),
        ("::", "::"),
        ("[::1]", "::1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("*", "*"),
        ("node-1.example.com", "node-1.example.com"),
    ],
)
def test_a_host_is_a_name_or_an_address(written: str, host: str) -> None:
    assert Settings.from_environ({"INGEST_HOST": written}).host == host


def test_allowed_hosts_are_separated_by_commas_and_kept_in_lower_case_without_brackets() -> None:
    settings = Settings.from_environ({"INGEST_ALLOWED_HOSTS": " Ingest.example.com, localhost ,[::1],10.0.0.7"})
    assert settings.allowed_hosts == ("ingest.example.com", "localhost", "::1", "10.0.0.7")


@pytest.mark.parametrize(
    ("url", "path"),
    [("sqlite:///ingest.db", "ingest.db"), ("sqlite:////data/x.db", "/data/x.db")],
)
def test_three_slashes_are_relative_and_four_are_absolute(url: str, path: str) -> None:
    assert Settings.from_environ({"INGEST_DATABASE_URL": url}).database_path == Path(path)


def test_a_postgres_database_is_told_from_a_file_and_its_url_is_never_shown() -> None:
    url = "postgresql://user:s3cret@one:5432,two:5433/x?sslmode=verify-full&sslrootcert=/etc/ssl/x.pem"
    settings = Settings.from_environ({"INGEST_DATABASE_URL": url})
    assert settings.is_postgres
    assert not Settings.from_environ({}).is_postgres
    assert settings.database_url.get_secret_value() == url
    assert "s3cret" not in f"{settings!r} {settings} {settings.model_dump()}"


def test_the_url_of_the_database_may_be_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgres://user@host/x\n")
    settings = Settings.from_environ({"INGEST_DATABASE_URL_FILE": str(secret)})
    assert settings.database_url.get_secret_value() == "postgres://user@host/x"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "the file cannot be read: No such file or directory"),
        (b"\n", "the file is empty"),
        (b"postgresql://user:s3cret\xff@host/x", "the file should be text"),
        (b"mysql://user:s3cret@host/x", DATABASE_URL),
    ],
)
def test_a_file_without_the_url_of_a_database_is_refused(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    secret = tmp_path / "url"
    if content is not None:
        secret.write_bytes(content)
    with pytest.raises(SettingError) as caught:
        Settings.from_environ({"INGEST_DATABASE_URL_FILE": str(secret)})
    assert str(caught.value) == f"INGEST_DATABASE_URL_FILE=(not shown) is not allowed: {reason}"


def test_a_url_of_a_database_and_a_file_with_one_are_refused_together() -> None:
    both = {"INGEST_DATABASE_URL": "sqlite:///x.db", "INGEST_DATABASE_URL_FILE": "/run/secrets/url"}
    sentence = "INGEST_DATABASE_URL and INGEST_DATABASE_URL_FILE are both set: only one of them is allowed"
    with pytest.raises(SettingError, match=sentence):
        Settings.from_environ(both)


def test_the_database_of_a_hosting_platform_is_used_only_if_it_is_named() -> None:
    assert not Settings.from_environ({"DATABASE_URL": "postgres://user@host/x"}).is_postgres


def test_a_replica_is_named_by_its_host_and_process_unless_it_has_a_name() -> None:
    name = Settings.from_environ({}).replica_name
    assert name == f"{socket.gethostname()}-{os.getpid()}"
    assert Settings.from_environ({"INGEST_REPLICA_NAME": name}).replica_name == name
    assert Settings.from_environ({"INGEST_REPLICA_NAME": "ä" * 64}).replica_name == "ä" * 64


@pytest.mark.parametrize(
    ("written", "origins"),
    [("*", ("*",)), (" https://a.example , http://[::1]:3000 ", ("https://a.example", "http://[::1]:3000"))],
)
def test_origins_are_all_or_separated_by_commas(written: str, origins: tuple[str, ...]) -> None:
    assert Settings.from_environ({"INGEST_CORS_ORIGINS": written}).cors_origins == origins


A_PORT = "it should be a number from 0 to 65535, in digits"
HOST = "it should be a host name or an address, without a port and without blanks"
ALLOWED_HOSTS = "it should be host names like ingest.example.com, without ports, separated by commas"
UPSTREAM_URL = "it should be like https://api.example.com/items/{id}"
ORIGINS = "it should be * or origins like https://app.example.com, separated by commas"
NAME = "it should be up to 64 printable characters, without blanks"


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("INGEST_HOST", "0.0.0.0:8000", HOST),
        ("INGEST_HOST", "0.0.0.0 ", HOST),
        ("INGEST_HOST", " ", HOST),
        ("INGEST_HOST", "[0.0.0.0]", HOST),
        ("INGEST_HOST", "http://localhost", HOST),
        ("INGEST_HOST", "node..example.com", HOST),
        ("INGEST_HOST", "x" * 64, HOST),
        ("INGEST_ALLOWED_HOSTS", "ingest.example.com:8000", ALLOWED_HOSTS),
        ("INGEST_ALLOWED_HOSTS", "https://ingest.example.com", ALLOWED_HOSTS),
        ("INGEST_ALLOWED_HOSTS", "a.example,,b.example", ALLOWED_HOSTS),
        ("INGEST_KEEPALIVE_SECONDS", "0", "input should be greater than or equal to 1"),
        ("INGEST_PORT", "http", A_PORT),
        ("INGEST_PORT", "80.0", A_PORT),
        ("INGEST_PORT", " 80", A_PORT),
        ("INGEST_PORT", "8_0", A_PORT),
        ("INGEST_PORT", "٨٠", A_PORT),
        ("INGEST_PORT", "70000", A_PORT),
        ("PORT", "-1", A_PORT),
        ("INGEST_INTERVAL_SECONDS", "abc", "input should be a valid number, unable to parse string as a number"),
        ("INGEST_INTERVAL_SECONDS", "0", "input should be greater than or equal to 0.001"),
        ("INGEST_INTERVAL_SECONDS", "nan", "input should be a finite number"),
        ("INGEST_INTERVAL_SECONDS", "inf", "input should be a finite number"),
        ("INGEST_INTERVAL_SECONDS", "1e9", "input should be less than or equal to 86400"),
        ("INGEST_LINGER_SECONDS", "-0.1", "input should be greater than or equal to 0"),
        ("INGEST_GUARD_SECONDS", "-1", "input should be greater than or equal to 0"),
        ("INGEST_SIMULATED_DELAY_SECONDS", "-1", "input should be greater than or equal to 0"),
        ("INGEST_BATCH_SIZE", "0", "input should be greater than or equal to 1"),
        ("INGEST_SLOT_SIZE", "0", "input should be greater than or equal to 1"),
        ("INGEST_SLOT_SIZE", "1001", "input should be less than or equal to 1000"),
        ("INGEST_SLOT_SIZE", "2", "it should allow 3 ids or more, as INGEST_BATCH_SIZE is 3"),
        ("INGEST_LIMITS", "3 in 5 s", A_LIMIT),
        ("INGEST_LIMITS", "0/5s", A_LIMIT),
        ("INGEST_LIMITS", "3/5w", A_LIMIT),
        ("INGEST_LIMITS", "3/5", A_LIMIT),
        ("INGEST_LIMITS", "-3/5s", A_LIMIT),
        ("INGEST_LIMITS", "100/1m, 50/1d", "50/1d should allow more ids than 100/1m, which is shorter"),
        ("INGEST_LIMITS", "3/5s,", A_LIMIT),
        ("INGEST_LIMITS", "3/0s", "the shortest window should be from 0.001 s to 1 d"),
        ("INGEST_LIMITS", "3/2d", "the shortest window should be from 0.001 s to 1 d"),
        ("INGEST_LIMITS", "1001/1h", "1001/1h should allow 1000 ids at most, as the shortest limit"),
        ("INGEST_LIMITS", "3/60s, 9/1m", "3/1m and 9/1m are limits of the same window: it should be one of them"),
        ("INGEST_LIMITS", "100/1d, 100/1m", "100/1d should allow more ids than 100/1m, which is shorter"),
        ("INGEST_FILL_SLOTS", "yes", "input should be '0' or '1'"),
        ("INGEST_BATCH_SIZE", "2.5", "input should be a valid integer, unable to parse string as an integer"),
        ("INGEST_MAX_ATTEMPTS", "0", "input should be greater than or equal to 1"),
        ("INGEST_BACKOFF_SECONDS", "-1", "input should be greater than or equal to 0"),
        ("INGEST_MAX_PAUSE_SECONDS", "-1", "input should be greater than or equal to 0"),
        ("INGEST_UPSTREAM_TIMEOUT_SECONDS", "0", "input should be greater than 0"),
        ("INGEST_MAX_IDS", "0", "input should be greater than or equal to 1"),
        ("INGEST_MAX_IDS", "10000001", "input should be less than or equal to 10000000"),
        ("INGEST_MAX_PENDING_IDS", "0", "input should be greater than or equal to 1"),
        ("INGEST_MAX_PENDING_IDS", "1e7", "input should be a valid integer, unable to parse string as an integer"),
        ("INGEST_MAX_PENDING_IDS", "1000000001", "input should be less than or equal to 1000000000"),
        ("INGEST_CORS_ORIGINS", "app.example.com", ORIGINS),
        ("INGEST_CORS_ORIGINS", "https://app.example.com/page", ORIGINS),
        ("INGEST_CORS_ORIGINS", "*,https://app.example.com", ORIGINS),
        ("INGEST_PAGE_CONTROLS", "yes", "input should be '0' or '1'"),
        ("INGEST_LOG_FORMAT", "JSON", "input should be 'human' or 'json'"),
        ("INGEST_KEEP_DAYS", "0", "input should be greater than or equal to 1"),
        ("INGEST_KEEP_DAYS", "1.5", "input should be a valid integer, unable to parse string as an integer"),
        ("INGEST_KEEP_DAYS", "36501", "input should be less than or equal to 36500"),
        ("INGEST_REPLICA_NAME", "x" * 65, NAME),
        ("INGEST_REPLICA_NAME", "replica one", NAME),
        ("INGEST_REPLICA_NAME", "one\n", NAME),
    ],
)
def test_a_bad_value_is_named_with_its_variable_and_what_is_allowed(name: str, value: str, allowed: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.from_environ({name: value})
    assert str(caught.value) == f"{name}={value} is not allowed: {allowed}"


POST = {"INGEST_UPSTREAM_METHOD": "POST", "INGEST_UPSTREAM_URL": "https://api.example.com/search"}


def test_a_request_with_a_body_needs_no_id_in_its_url() -> None:
    settings = Settings.from_environ({**POST, "INGEST_UPSTREAM_BODY": '{"id": {id}}'})
    request = settings.upstream_request
    assert (request.method, request.url_of(5)) == ("POST", "https://api.example.com/search")
    assert request.body_of(5) == b'{"id": 5}'
    assert "id" not in str(settings.upstream_body)


@pytest.mark.parametrize("more", [{}, {"INGEST_UPSTREAM_BODY": '{"id": 5}'}], ids=["no body", "a body"])
def test_a_request_without_a_place_for_the_id_is_refused(more: dict[str, str]) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.from_environ({**POST, **more})
    assert str(caught.value) == f"INGEST_UPSTREAM_URL=(not shown) is not allowed: {UPSTREAM_URL}"


@pytest.mark.parametrize(
    "body",
    ['{"id": {id}', "id={id}", "{id} {id}", "{", "[" * 100_000],
    ids=["open", "form", "two", "brace", "deep"],
)
def test_a_body_that_is_no_json_is_refused_without_being_shown(body: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.from_environ({**POST, "INGEST_UPSTREAM_BODY": body})
    allowed = 'it should be JSON with {id} for the id, like {"id": {id}}'
    assert str(caught.value) == f"INGEST_UPSTREAM_BODY=(not shown) is not allowed: {allowed}"


def test_a_body_of_a_get_is_refused() -> None:
    with pytest.raises(SettingError) as caught:
        Settings.from_environ({"INGEST_UPSTREAM_BODY": '{"id": {id}}'})
    assert (
        str(caught.value)
        == "INGEST_UPSTREAM_BODY is set, and INGEST_UPSTREAM_METHOD is GET: it should be POST or PUT"
    )


@pytest.mark.parametrize("method", ["get", "DELETE", "PATCH", "GET /"])
def test_any_other_method_is_refused(method: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.from_environ({"INGEST_UPSTREAM_METHOD": method})
    assert str(caught.value) == (
        f"INGEST_UPSTREAM_METHOD={method} is not allowed: input should be 'GET', 'POST' or 'PUT'"
    )


@pytest.mark.parametrize(
    "url",
    [
        "api.example.com/{id}?key=s3cret",
        "https://api.example.com/items?key=s3cret",
        "ftp://user:s3cret@api.example.com/{id}",
        "https://api.example.com:s3cret/{id}",
        "https://api.example.com:0/{id}",
        "https://[s3cret/{id}",
        "https:///s3cret/{id}",
    ],
)
def test_a_bad_url_of_the_upstream_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.from_environ({"INGEST_UPSTREAM_URL": url})
    assert str(caught.value) == f"INGEST_UPSTREAM_URL=(not shown) is not allowed: {UPSTREAM_URL}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INGEST_DATABASE_URL", "mysql://user:s3cret@localhost/x"),
        ("INGEST_CORS_ORIGINS", "https://user:s3cret@app.example.com"),
        ("INGEST_HOST", "user:s3cret@app.example.com"),
    ],
)
def test_a_password_in_a_bad_value_is_not_shown(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=rf"{name}=\(not shown\) is not allowed: ") as caught:
        Settings.from_environ({name: value})
    assert "s3cret" not in str(caught.value)


def test_seconds_become_nanoseconds() -> None:
    assert nanoseconds(0.2) == 200_000_000
    assert nanoseconds(5) == 5_000_000_000


def test_building_the_service_starts_nothing_and_touches_no_disk(tmp_path: Path) -> None:
    settings = Settings.from_environ({"INGEST_DATABASE_URL": f"sqlite:///{tmp_path}/ingest.db"})
    assert build_service(settings).liveness_failures().keys() == {"dispatcher", "slips", "pruner", "store"}
    assert list(tmp_path.iterdir()) == []
