from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingestctl.client import Client
from ingestctl.models import Priority
from tests.cli.conftest import NO_UPSTREAM, Run, Waits, running
from tests.cli.serving import serving


def test_list_has_the_newest_first(tmp_path: Path, waits: Waits) -> None:
    with serving(tmp_path, INGEST_LINGER_SECONDS="3600") as url, Client(url) as client:
        old = client.submit([1, 2, 3, 4], Priority.LOW)
        new = client.submit([5], Priority.HIGH, datetime.now(UTC) + timedelta(days=3, minutes=1))
        headings, first, second = running(url, tmp_path, waits)("list").stdout.splitlines()
    assert " ".join(headings.split()) == "Ingestion Priority Status Ids Done Failed Submitted Deadline"
    assert first.split()[:7] == [new, "HIGH", "yet_to_start", "1", "0", "of", "1"]
    assert first.endswith("in 3d 00h")
    assert second.split()[:8] == [old, "LOW", "yet_to_start", "4", "0", "of", "2", "0"]
    assert second.endswith("s ago")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", "ba"),
        ("--priority low", "a"),
        ("--status yet_to_start --priority HIGH", "b"),
        ("--status completed", ""),
        ("--limit 1", "b"),
    ],
)
def test_list_prints_the_ids_of_the_ingestions_that_are_asked_for(
    real_run: Run, real_client: Client, words: str, found: str
) -> None:
    real_client.pause()
    ids = {"a": real_client.submit([1], Priority.LOW), "b": real_client.submit([2], Priority.HIGH)}
    assert real_run(f"list -o id {words}").stdout.split() == [ids[name] for name in found]


def test_list_prints_a_notice_if_there_are_more(real_run: Run, real_client: Client) -> None:
    for _ in range(3):
        real_client.submit([1])
    assert real_run("list --limit 2").stderr == "There are more: see them with --limit 20.\n"
    assert real_run("list --limit 2 --quiet").stderr == ""
    for limit in (3, 5000):
        assert real_run(f"list --limit {limit}").stderr == ""


def test_a_long_list_is_fetched_page_by_page(real_client: Client) -> None:
    real_client.pause()
    submitted = [real_client.submit([number]) for number in range(1, 6)]
    listed = list(real_client.ingestions(page=2))
    assert [one.ingestion_id for one in listed] == submitted[::-1]


def test_list_finds_the_ingestions_with_failed_ids_on_every_page(tmp_path: Path, waits: Waits) -> None:
    with serving(tmp_path, INGEST_UPSTREAM_URL=NO_UPSTREAM, INGEST_MAX_ATTEMPTS="1") as url, Client(url) as client:
        run = running(url, tmp_path, waits)
        failed = [client.submit([number]) for number in (1, 2, 3)]
        run(f"watch {' '.join(failed)} -q")
        client.pause()
        for _ in range(3):
            client.submit([4])
        assert run("list --failed -o id").stdout.split() == failed[::-1]
        assert run("list --failed -o id --status completed -p medium").stdout.split() == failed[::-1]
        assert run("list --failed --status yet_to_start").stderr == "There are no such ingestions.\n"
        some = run("list --failed -o id --limit 2")
    assert some.stdout.split() == [failed[2], failed[1]]
    assert some.stderr == "There are more: see them with --limit 20.\n"


def test_an_empty_list_is_a_notice_on_stderr(real_run: Run) -> None:
    result = real_run("list")
    assert (result.stdout, result.stderr) == ("", "There are no such ingestions.\n")
    assert real_run("list -o json").stdout == "[]\n"


@pytest.mark.parametrize(
    ("words", "fault"), [("--status done", "'done' is not one of"), ("--limit 0", "0 is not")]
)
def test_a_wrong_filter_of_a_list_is_wrong_usage(real_run: Run, words: str, fault: str) -> None:
    result = real_run(f"list {words}")
    assert result.exit_code == 2
    assert fault in result.stderr
