"""Thousands of requests that are generated from the published description, good and bad.

Every operation is tried by itself and in chains. The status, headers, media type and body of every answer are
checked against the description; requests that it forbids must be refused, and others must not be.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import pytest
import requests

from ingest_service.upstreams.fake.answers import status
from ingest_service.upstreams.fake.combinators import sometimes
from ingest_service.upstreams.fake.server import FakeUpstream
from ingest_service.web.openapi.answers import UNKNOWN_PARAMETER
from tests.cli.serving import serving
from tests.processes.client import TIMEOUT_SECONDS, Client
from tests.processes.waiting import eventually
from tests.web.declared import TABLE, operation_of

pytestmark = pytest.mark.slow

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
EXAMPLES, FEWER = 320, 200
FEWEST_CASES = 5_000
# In a long run, as of the tests of faults.
TIMES_MORE = 8
# To a browser that leaves fields of a form empty.
OF_A_FORM = ("GET /ingestions", 303)
LARGEST = 20
SETTINGS: dict[str, Any] = {
    "INGEST_MAX_IDS": str(LARGEST),
    # Slow enough that most ingestions wait, quick enough that some of them are completed.
    "INGEST_INTERVAL_SECONDS": "0.2",
    "INGEST_MAX_ATTEMPTS": "1",
}

CONFIGURATION = """
hooks = "tests.processes.schemathesis_hooks"
# A busy machine is no reason to fail.
suppress-health-check = ["too_slow"]
request-timeout = 60

# DELETE cancels an ingestion and keeps it, as its description says: reading it afterwards is answered with 200.
[checks]
use_after_free.enabled = false

[generation]
max-examples = {examples}
deterministic = {deterministic}
# Where something is only shown, unknown parameters are ignored.
allow-extra-parameters = false

[dictionaries.ingestions]
values = {ingestions}

# It fits every entity tag: not modified.
[dictionaries.tags]
values = ["*"]

[parameters]
"header.If-None-Match" = {{ dictionary = "tags", probability = 0.2 }}
"header.If-Match" = {{ dictionary = "tags", probability = 0.5 }}
"path.ingestion_id" = {{ dictionary = "ingestions", probability = 0.8 }}

# These operations have few parameters.
[[operations]]
include-tag = "Run the service"
generation.max-examples = {fewer}

# A cursor is opaque: any other text than that of a page is refused.
[[operations]]
include-name = ["GET /ingestions", "GET /board/ingestions"]
checks.positive_data_acceptance.expected-statuses = [200, 304, 400]

# A deadline may be in the past, and a key in use.
[[operations]]
include-name = "POST /ingest"
checks.positive_data_acceptance.expected-statuses = [200, 409, 422]

[[operations]]
include-name = "POST /ingestions/{{ingestion_id}}/retry"
checks.positive_data_acceptance.expected-statuses = [200, 404, 409, 422]

# A condition may be false.
[[operations]]
include-name = ["PATCH /ingestions/{{ingestion_id}}", "DELETE /ingestions/{{ingestion_id}}"]
checks.positive_data_acceptance.expected-statuses = [200, 404, 409, 412]
"""


def submit(url: str, priority: str, ids: Iterable[int] = range(1, LARGEST + 1)) -> str:
    body = {"ids": list(ids), "priority": priority}
    answer = requests.post(f"{url}/ingest", json=body, timeout=TIMEOUT_SECONDS)
    return str(answer.json()["ingestion_id"])


def completed(url: str) -> list[str]:
    """Return ingestions of one id each that are completed, half of them with an error."""
    ingestions = [submit(url, "HIGH", [record_id]) for record_id in range(1, 21)]
    with Client(int(url.rpartition(":")[2])) as client:
        eventually(lambda: all(client.completed(ingestion_id) for ingestion_id in ingestions))
    return ingestions


def waiting(url: str) -> list[str]:
    """Return ingestions that wait or are in work, and a few that were cancelled."""
    ingestions = [submit(url, priority) for priority in ("HIGH", "MEDIUM", "LOW") * 50]
    for ingestion_id in ingestions[-3:]:
        requests.delete(f"{url}/ingestions/{ingestion_id}", timeout=TIMEOUT_SECONDS)
    return ingestions


def configuration(url: str, times: int) -> str:
    """Return the configuration, with enough ingestions in every state for each answer."""
    unknown = [str(uuid4()) for _ in range(40)]
    ingestions = [*completed(url), *waiting(url), *unknown]
    return CONFIGURATION.format(
        examples=times * EXAMPLES,
        fewer=times * FEWER,
        deterministic="true" if os.environ.get("CI") else "false",
        ingestions=json.dumps(ingestions),
    )


def run(folder: Path, url: str, times: int) -> subprocess.CompletedProcess[str]:
    settings = folder / "schemathesis.toml"
    settings.write_text(configuration(url, times))
    report = ["--report=har", f"--report-har-path={folder / 'report.har'}", "--continue-on-failure", "--no-color"]
    return subprocess.run(
        [SCHEMATHESIS, f"--config-file={settings}", "run", f"{url}/openapi.json", *report],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def answers(report: Path) -> Counter[tuple[str, int]]:
    """Count the answers of every operation by their status."""
    entries: list[dict[str, Any]] = json.loads(report.read_text())["log"]["entries"]
    counts: Counter[tuple[str, int]] = Counter()
    for entry in entries:
        path = unquote(urlsplit(entry["request"]["url"]).path)
        operation = operation_of(entry["request"]["method"], path)
        if operation is not None:
            counts[operation.route, entry["response"]["status"]] += 1
    return counts


def test_no_request_gets_an_answer_that_is_not_in_the_description(
    tmp_path: Path, pytestconfig: pytest.Config, say: Callable[[str], None]
) -> None:
    times = TIMES_MORE if pytestconfig.getoption("long") else 1
    half = sometimes(0.5, status(404, b""))
    with (
        FakeUpstream(rate=1000, behaviour=half) as upstream,
        serving(tmp_path, **SETTINGS, INGEST_UPSTREAM_URL=upstream.url) as url,
    ):
        done = run(tmp_path, url, times)
    assert done.returncode == 0, done.stdout + done.stderr
    got = answers(tmp_path / "report.har")
    say(f"{got.total()} answers to {len(TABLE)} operations, {len(got)} kinds of them")
    assert got.total() >= times * FEWEST_CASES
    assert declared_answers() - set(got) == set()


def declared_answers() -> set[tuple[str, int]]:
    """Return the answers that requests of the description alone can cause.

    Nothing is too large or compressed, no request comes from a web page or its form, and the service is healthy.
    An operation without parameters is not sent any.
    """
    every = [(route, answer) for route, operation in TABLE.items() for answer in operation.answers]
    caused = {(route, answer.status) for route, answer in every if answer is not UNKNOWN_PARAMETER}
    return {(route, status) for route, status in caused if status not in (403, 413, 415, 503)} - {OF_A_FORM}
