"""Every sample of the documentation does what the documentation says."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.ports import HOST
from tests.docs.markdown import DOCUMENTS, ROOT, Block, Step, blocks, steps
from tests.docs.shape import alike, masked
from tests.docs.shell import Shell, syntax_error
from tests.postgres.binaries import find_binaries
from tests.postgres.server import USER, PostgresServer
from tests.processes.running import WSGI, Running, settings

# What does not run here, by how it begins; it must be correct for the shell all the same.
NOT_RUN = {
    "make": "serves until it is stopped, installs, or runs these tests; each document has a service of its own",
    "git": "publishes a version",
    "docker": "needs a Docker engine",
    "kubectl": "needs a Kubernetes cluster",
    "sudo": "needs systemd, and changes the machine",
    "ingest-service copy": "needs a PostgreSQL; tests/processes/test_copy.py runs it",
    "ingest-service selftest": "takes a minute; tests/processes/test_selftest.py runs it",
    "ingestctl verify": "takes a minute; tests/acceptance/ and tests/cli/commands/test_verify.py run it",
    **dict.fromkeys(
        ["mkdir before", "mv ingest.db", "cp backup.db"],
        "needs a service that is stopped; tests/processes/test_backup.py restores a backup by these commands",
    ),
    "ingest-fake-upstream": "serves until it is stopped; tests/upstreams/fake/ runs it",
    "INGEST_": "serves until it is stopped; tests/test_config.py reads every setting",
    ".venv/bin/pytest": "runs these tests",
    "python3 -m venv": "installs",
    ".venv/bin/python -m pip": "installs",
    ".venv/bin/python -m build": "writes into the checkout; tests/packaging/ builds",
    "pipx": "installs; tests/packaging/ installs the wheel",
    "/opt/": "installs, or serves until it is stopped; tests/packaging/ does both",
    ".venv/bin/python wsgi.py": "serves until it is stopped; each document has a service of its own",
    ".venv/bin/python -m benchmarks": "takes a minute, and prints other figures each time",
}
LANGUAGES = {"console", "python", "json", "text", "mermaid", "yaml", "ini", ""}
RUNNABLE = {"console", "python"}


def steps_of(path: Path) -> list[Step]:
    """Return the commands of a document; a Python sample is one, and the text behind it is its output."""
    found: list[Step] = []
    for block, following in pairwise([*blocks(path), Block(0, "", "")]):
        if block.language == "console":
            found += steps(block)
        elif block.language == "python":
            output = following.text if following.language == "text" else ""
            found.append(Step(block.line, f"python - <<'END'\n{block.text}END", output))
    return found


def runs(step: Step) -> bool:
    return not step.command.startswith(tuple(NOT_RUN))


# Slower than the defaults, so that no slot opens between two commands that belong together, on a busy machine too.
UNHURRIED = {"INGEST_INTERVAL_SECONDS": "15", "INGEST_SIMULATED_DELAY_SECONDS": "3"}
# As the documents show it, and not that of this machine.
NAME = {"INGEST_REPLICA_NAME": "blue-17"}
WITH_SAMPLES = [path for path in DOCUMENTS if any(map(runs, steps_of(path)))]


ABOUT_POSTGRESQL = ROOT / "docs/postgresql.md"


@pytest.fixture
def server(path: Path, server_folder: Path) -> Iterator[PostgresServer | None]:
    """Return a PostgreSQL server for the document that is about it."""
    if path != ABOUT_POSTGRESQL:
        yield None
        return
    with PostgresServer(find_binaries(), server_folder / "server") as server:
        yield server


@pytest.fixture
def of_database(server: PostgresServer | None) -> dict[str, str]:
    """Return the variables that name the database of the service, and its programs: none for SQLite."""
    if server is None:
        return {}
    return {
        "PATH": f"{find_binaries()}:{os.environ['PATH']}",
        "PGHOST": HOST,
        "PGPORT": str(server.port),
        "PGUSER": USER,
        "INGEST_DATABASE_URL": server.url(),
        "INGEST_REPLICA_NAME": "replica-1",
    }


@pytest.fixture
def shell(tmp_path: Path, of_database: dict[str, str]) -> Iterator[Shell]:
    """Return a shell in a folder with the `.venv` of this run and the log of a service of its own."""
    environ = settings(tmp_path, **{**UNHURRIED, **NAME, **of_database})
    address = f"localhost:{environ['INGEST_PORT']}"
    programs = Path(sys.executable).parent
    (tmp_path / ".venv").symlink_to(programs.parent)
    shell_environ = {
        **os.environ,
        **of_database,
        "PATH": f"{programs}:{of_database.get('PATH', os.environ['PATH'])}",
        "INGEST_URL": f"http://{address}",
        "HOME": str(tmp_path),
    }
    with (
        Running(WSGI, environ, tmp_path / "service.log").until_healthy(),
        Shell(tmp_path, shell_environ, address) as shell,
    ):
        yield shell


@pytest.mark.slow
@pytest.mark.parametrize("path", WITH_SAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_of_a_document_prints_what_the_document_shows(path: Path, shell: Shell) -> None:
    for step in filter(runs, steps_of(path)):
        code, output = shell.run(step.command)
        if code != 0 or (step.output and not alike(step.output, output)):
            pytest.fail(f"{path.name}:{step.line}: {step.command}\nexit code {code}\n{output}")
        shell.learn(step.output, output)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_is_not_run_is_correct_for_the_shell(path: Path) -> None:
    errors = {step.line: syntax_error(step.command) for step in steps_of(path) if not runs(step)}
    assert not {line: error for line, error in errors.items() if error}


@pytest.mark.parametrize("reason", NOT_RUN.values())
def test_every_test_that_a_reason_names_exists(reason: str) -> None:
    assert [name for name in re.findall(r"tests/[\w./]+", reason) if not (ROOT / name).exists()] == []


PYTEST = ".venv/bin/pytest"
OF_PYTEST = [step.command for path in DOCUMENTS for step in steps_of(path) if step.command.startswith(PYTEST)]


@pytest.mark.parametrize("command", OF_PYTEST)
def test_every_command_of_pytest_selects_a_test(command: str) -> None:
    arguments = [sys.executable, "-m", "pytest", *shlex.split(command)[1:], "--collect-only", "--quiet"]
    collected = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    assert collected.returncode == 0, collected.stdout


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_sample_names_a_language_that_is_known_here(path: Path) -> None:
    for block in blocks(path):
        assert block.language in LANGUAGES, f"line {block.line}"
        if block.language == "json":
            json.loads(block.text)


def test_outputs_are_compared_in_shape() -> None:
    first = '{"id":"6f1c0a52-9d3e-4c1b-8a77-5f0e21d4b3a9","status":"triggered","at":"2026-11-22T01:07:59.378Z"}'
    other = '{"id":"b7d92e14-5a60-4f8e-9c35-7e1d48a06f2c","status":"completed","at":"2027-01-01T00:00:00.000Z"}'
    assert alike(first, other)
    assert not alike(first, other.replace('"at"', '"since"'))
    assert not alike(first, f"{other}\n{other}")
    assert alike('{"ids": [1, 2], "x": null}', '{"ids": [], "x": "anything"}')
    assert not alike('{"error": "Not found"}', '{"error": "Not allowed"}')
    assert masked("would start at 03:19:31, in 1m 05s") == masked("would start at 13:19:31, in 12s")
    assert not alike("would take 3 slots", "would take 3 stops")
