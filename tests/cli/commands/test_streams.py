"""Standard streams that are closed, or on a full disk."""

from pathlib import Path

import pytest

from ingestctl.client import Client
from tests.cli.conftest import NO_UPSTREAM
from tests.cli.processes import shell
from tests.cli.serving import serving
from tests.cli.stand_in import INGESTION_ID, StandIn, accepted, progress, refusal

FULL = Path("/dev/full")
CLOSED_OUTPUT = "Error: Cannot write the output: Bad file descriptor.\n"
FULL_DISK = "Error: Cannot write the output: No space left on device.\n"

pytestmark = pytest.mark.slow
on_a_full_disk = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")


@pytest.mark.parametrize("words", ["--help", "submit --help", f"status {INGESTION_ID}", f"watch {INGESTION_ID}"])
@pytest.mark.parametrize(
    ("output", "error"),
    [(">&-", CLOSED_OUTPUT), pytest.param(f"> {FULL}", FULL_DISK, marks=on_a_full_disk)],
)
def test_an_output_that_cannot_be_written_is_one_line_and_exits_1(
    service: StandIn, words: str, output: str, error: str
) -> None:
    service.answers(progress("completed"))
    ran = shell(f"ingestctl {words} {output}", service.url)
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", error)


def test_a_closed_standard_input_is_one_line_and_exits_2(service: StandIn) -> None:
    ran = shell("ingestctl submit - <&-", service.url)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "Error: Cannot read standard input: Bad file descriptor.\n"
    assert service.requests == []


@pytest.mark.parametrize("closed", ["2>&-", "<&-", "<&- 2>&-"])
def test_a_submission_does_not_need_the_streams_that_it_does_not_use(service: StandIn, closed: str) -> None:
    service.answers(accepted())
    ran = shell(f"ingestctl submit 9 {closed}", service.url)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"{INGESTION_ID}\n", "")


def test_an_error_without_a_stderr_keeps_its_exit_code(service: StandIn) -> None:
    service.answers(refusal(404, "Ingestion ID not found"))
    assert shell(f"ingestctl status {INGESTION_ID} 2>&-", service.url).returncode == 4


@pytest.mark.parametrize("form", ["id", "table", "json", "jsonl"])
@pytest.mark.parametrize(
    ("output", "error"),
    [(">&-", CLOSED_OUTPUT), pytest.param(f"> {FULL}", FULL_DISK, marks=on_a_full_disk)],
)
def test_an_accepted_submission_is_printed_on_stderr_where_stdout_fails(
    service: StandIn, form: str, output: str, error: str
) -> None:
    service.answers(accepted())
    ran = shell(f"ingestctl submit 9 -o {form} {output}", service.url)
    assert (ran.returncode, ran.stderr) == (1, f"{INGESTION_ID}\n{error}")


@on_a_full_disk
def test_a_submission_in_parts_whose_output_fails_prints_the_key_that_continues_it(tmp_path: Path) -> None:
    with serving(tmp_path, INGEST_MAX_IDS="2") as url, Client(url) as client:
        ran = shell(f"ingestctl submit 1-5 --key monday > {FULL}", url)
        [only] = client.ingestions()
    assert ran.stderr == (
        f"{only.ingestion_id}\n"
        "At least 2 of 5 ids are accepted. "
        "To submit the rest, and none twice, add --key monday to the same command.\n"
        f"{FULL_DISK}"
    )


@on_a_full_disk
def test_the_id_of_a_retry_is_printed_on_stderr_where_stdout_fails(tmp_path: Path) -> None:
    with serving(tmp_path, INGEST_UPSTREAM_URL=NO_UPSTREAM, INGEST_MAX_ATTEMPTS="1") as url, Client(url) as client:
        failed = client.submit([1])
        shell(f"ingestctl watch {failed}", url)
        ran = shell(f"ingestctl retry {failed} > {FULL}", url)
        newest, _ = client.ingestions()
    assert (ran.returncode, ran.stderr) == (1, f"{newest.ingestion_id}\n{FULL_DISK}")
