"""No secret of the settings is ever shown: not in a log, an answer, a file or the list of processes."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest_service.upstreams.fake import (
    FakeUpstream,
    cut,
    empty,
    for_ids,
    garbage,
    half_json,
    hang,
    hang_up,
    html,
    redirect,
    reset_before,
    reset_in_body,
    status,
    too_many,
)
from tests.postgres.binaries import find_binaries
from tests.postgres.server import USER, PostgresServer
from tests.processes.client import HOST, Client
from tests.processes.running import ROOT, Running, settings
from tests.processes.visible import Visible, process_list
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

TALKATIVE = (sys.executable, "-m", "tests.processes.talkative")
# Every secret has it, and nothing else.
MARK = "5ecret"
FAILURES = [
    cut(),
    empty(),
    garbage(),
    half_json(),
    hang(),
    hang_up(),
    html(),
    redirect("http://elsewhere/"),
    redirect("http://["),
    reset_before(),
    reset_in_body(),
    status(401),
    status(407),
    status(404),
    status(500),
    too_many(),
    too_many("never"),
]
# One that works comes first, and last.
IDS = range(1, len(FAILURES) + 3)
HASTE = {
    "INGEST_INTERVAL_SECONDS": "0.1",
    "INGEST_LINGER_SECONDS": "0",
    "INGEST_BATCH_SIZE": "20",
    "INGEST_BACKOFF_SECONDS": "0.1",
    "INGEST_MAX_ATTEMPTS": "2",
    "INGEST_MAX_PAUSE_SECONDS": "0.1",
    "INGEST_UPSTREAM_TIMEOUT_SECONDS": "1",
}
KEY = f"key-{MARK}"
HEADERS = json.dumps({"Authorization": f"Bearer {KEY}"})


@dataclass
class Stage:
    """The place of a service: its folder, its upstream, and the database server if it has one."""

    folder: Path
    upstream: FakeUpstream
    server: PostgresServer | None = None

    @property
    def address(self) -> str:
        """Host and port of the upstream."""
        return self.upstream.url.split("/")[2]

    def written(self, name: str, text: str) -> str:
        """Write a file and return its path."""
        path = self.folder / name
        path.write_text(text)
        return str(path)


def in_the_request(stage: Stage) -> dict[str, str]:
    return {
        "INGEST_UPSTREAM_URL": f"http://user:password-{MARK}@{stage.address}/path-{MARK}/{{id}}?query={MARK}",
        "INGEST_UPSTREAM_METHOD": "POST",
        "INGEST_UPSTREAM_BODY": f'{{"id": {{id}}, "key": "body-{MARK}"}}',
        "INGEST_UPSTREAM_HEADERS": HEADERS,
    }


def in_a_file_of_headers(stage: Stage) -> dict[str, str]:
    path = stage.written(f"headers-{MARK}.json", HEADERS)
    return {"INGEST_UPSTREAM_URL": stage.upstream.url, "INGEST_UPSTREAM_HEADERS_FILE": path}


def in_the_url_of_a_proxy(stage: Stage) -> dict[str, str]:
    return {
        "INGEST_UPSTREAM_URL": f"http://api.example.com/path-{MARK}/{{id}}",
        "INGEST_UPSTREAM_HEADERS": HEADERS,
        "HTTP_PROXY": f"http://user:proxy-{MARK}@{stage.address}",
    }


def in_the_url_of_postgres(stage: Stage) -> dict[str, str]:
    return {**in_a_file_of_headers(stage), "INGEST_DATABASE_URL": url_with_password(stage)}


def in_a_file_with_the_url_of_postgres(stage: Stage) -> dict[str, str]:
    path = stage.written(f"url-{MARK}", url_with_password(stage))
    return {
        **in_a_file_of_headers(stage),
        "INGEST_DATABASE_URL": "",
        "INGEST_DATABASE_URL_FILE": path,
        "PGPASSWORD": f"variable-{MARK}",
    }


def url_with_password(stage: Stage) -> str:
    assert stage.server is not None
    return f"postgresql://{USER}:database-{MARK}@{HOST}:{stage.server.port}/{USER}"


Place = Callable[[Stage], dict[str, str]]
OVER_SQLITE: list[Place] = [in_the_request, in_a_file_of_headers, in_the_url_of_a_proxy]
OVER_POSTGRES: list[Place] = [in_the_url_of_postgres, in_a_file_with_the_url_of_postgres]
# Either format of the log, with SQLite and with PostgreSQL.
FORMATS = ("human", "json")
RUNS = [(place, FORMATS[number % 2]) for number, place in enumerate(OVER_SQLITE + OVER_POSTGRES)]


@pytest.fixture
def stage(place: Place, tmp_path: Path, server_folder: Path) -> Iterator[Stage]:
    """Return a stage whose upstream fails in every way, each id in its own, over the database of the place."""
    failing = for_ids(dict(zip(IDS[1:], FAILURES, strict=False)))
    with FakeUpstream(1000, 0.1, failing) as upstream:
        if place in OVER_SQLITE:
            yield Stage(tmp_path, upstream)
            return
        with PostgresServer(find_binaries(), server_folder / "server") as server:
            yield Stage(tmp_path, upstream, server)


@pytest.mark.parametrize(
    ("place", "log_format"), RUNS, ids=[f"{place.__name__}-{log_format}" for place, log_format in RUNS]
)
def test_no_secret_is_shown_whatever_fails(stage: Stage, place: Place, log_format: str) -> None:
    environ = settings(stage.folder, **HASTE, INGEST_LOG_FORMAT=log_format)
    environ |= place(stage)
    port = int(environ["INGEST_PORT"])
    visible = Visible(port, stage.folder)
    with Running(TALKATIVE, environ, stage.folder / "service.log") as running, Client(port) as client:
        running.until_healthy()
        ingestion_id = client.submit(IDS, "HIGH")
        break_what_it_depends_on(stage, environ, client)
        eventually(lambda: client.completed(ingestion_id))
        listed = {f"process {number}": command for number, command in enumerate(process_list())}
        shown = visible.answers(ingestion_id) | listed
        assert running.stop() == 0
    assert "slot 1 opened: " in running.printed
    assert {arrival.headers["authorization"] for arrival in stage.upstream.arrivals} == {f"Bearer {KEY}"}
    assert names_with_a_secret(shown | visible.files()) == []


def names_with_a_secret(shown: Mapping[str, bytes]) -> list[str]:
    return [name for name, content in shown.items() if MARK.encode() in content]


def break_what_it_depends_on(stage: Stage, environ: Mapping[str, str], client: Client) -> None:
    """Take away the file of headers and the database, let that be noticed, and give both back."""
    with headers_broken(environ):
        eventually(lambda: len(stage.upstream.arrivals) > len(IDS))
        if stage.server is not None:
            stage.server.stop("immediate")
            eventually(lambda: client.ask("GET", "/ready").code == 503)
            assert client.ask("POST", "/ingest", b'{"ids": [1], "priority": "LOW"}').code == 503
            stage.server.start()


@contextmanager
def headers_broken(environ: Mapping[str, str]) -> Iterator[None]:
    """Let the file of headers be no JSON, with a secret in it, while the block runs."""
    name = environ.get("INGEST_UPSTREAM_HEADERS_FILE")
    if name is None:
        yield
        return
    path = Path(name)
    path.write_text(f'{{"Authorization": "{MARK}')
    yield
    path.write_text(HEADERS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INGEST_UPSTREAM_URL", f"ftp://{MARK}/{{id}}"),
        ("INGEST_UPSTREAM_URL", f"http://api.example.com/{MARK}"),
        ("INGEST_UPSTREAM_URL", f"http://{MARK}@[/{{id}}"),
        ("INGEST_UPSTREAM_BODY", f'{{"{MARK}'),
        ("INGEST_UPSTREAM_HEADERS", f'{{"{MARK}": 1}}'),
        ("INGEST_UPSTREAM_HEADERS", f'{{"A": "{MARK}\\n"}}'),
        ("INGEST_UPSTREAM_HEADERS_FILE", f"/nowhere/{MARK}"),
        ("INGEST_DATABASE_URL", f"mysql://me:{MARK}@db/ingest"),
        ("INGEST_DATABASE_URL", f"postgresql://me:{MARK}@@db:x/ingest"),
        ("INGEST_DATABASE_URL", f"postgresql://me:{MARK}@{HOST}:1/ingest"),
        ("INGEST_DATABASE_URL_FILE", f"/nowhere/{MARK}"),
        ("HTTP_PROXY", f"socks5://me:{MARK}@proxy"),
        ("INGEST_ALLOWED_HOSTS", f"http://me:{MARK}@host/"),
    ],
)
def test_a_start_that_is_refused_shows_no_secret(name: str, value: str, tmp_path: Path) -> None:
    usual = settings(tmp_path, INGEST_UPSTREAM_URL="http://api.example.com/{id}")
    if name == "INGEST_DATABASE_URL_FILE":
        del usual["INGEST_DATABASE_URL"]
    refused = subprocess.run(
        TALKATIVE, cwd=ROOT, env={**usual, name: value}, capture_output=True, text=True, timeout=60, check=False
    )
    assert refused.returncode == 1
    assert "ingest_service: " in refused.stderr
    assert MARK not in refused.stdout + refused.stderr
