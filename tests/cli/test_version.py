from importlib.metadata import version
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.stand_in import SILENCE, Answer, StandIn, refusal

VERSION = version("ingest-service")
OURS = f"ingestctl, version {VERSION}\n"


def test_version_prints_the_version_of_the_service_too(real: str, real_run: Run) -> None:
    result = real_run("--version")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{OURS}service, version {VERSION}, at {real}\n"


def test_version_without_a_service_is_that_of_ingestctl_alone(run: Run, nowhere: str) -> None:
    result = run("--version", INGEST_URL=nowhere)
    assert (result.exit_code, result.stdout, result.stderr) == (0, OURS, "")


@pytest.mark.parametrize(
    "answer", [SILENCE, refusal(503, "Not well"), Answer(200, b"<html>"), Answer(200, {"status": "ok"})]
)
def test_the_answer_of_a_service_without_a_version_is_left_out(run: Run, service: StandIn, answer: Answer) -> None:
    service.answers(answer)
    result = run("--version")
    assert (result.exit_code, result.stdout, result.stderr) == (0, OURS, "")


@pytest.mark.parametrize("words", ["--version --url {}", "--url {} --version", "--version --url {} list"])
def test_the_service_may_be_named_anywhere(real: str, run: Run, words: str) -> None:
    assert run(words.format(real)).stdout == f"{OURS}service, version {VERSION}, at {real}\n"


def test_a_wrong_configuration_does_not_hide_the_version_of_ingestctl(run: Run, tmp_path: Path) -> None:
    Path(tmp_path, "ingestctl").mkdir()
    Path(tmp_path, "ingestctl", "config.toml").write_text("url = 1")
    result = run("--version", INGEST_URL="")
    assert (result.exit_code, result.stdout) == (0, OURS)
