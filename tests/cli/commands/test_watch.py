from ingestctl.client import Client
from tests.cli.conftest import Run


def test_watching_a_cancelled_ingestion_exits_1(real_run: Run, real_client: Client, waiting: str) -> None:
    real_client.cancel(waiting)
    assert real_run(f"watch {waiting} --quiet").exit_code == 1


def test_watching_an_ingestion_that_does_not_end_in_time_exits_5(real_run: Run, waiting: str) -> None:
    result = real_run(f"watch {waiting} --timeout 0.1 --quiet")
    assert (result.exit_code, result.stdout) == (5, "")
    assert result.stderr.startswith("Error: Not completed within 0.1 s")


def test_several_ingestions_are_watched_together(real_run: Run, real_client: Client) -> None:
    ids = [real_client.submit([number]) for number in (1, 2, 3)]
    result = real_run(f"watch {' '.join(ids)} --compact -o id")
    assert (result.exit_code, sorted(result.stdout.split())) == (0, sorted(ids))
