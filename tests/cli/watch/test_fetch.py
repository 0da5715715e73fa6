import pytest

from ingestctl.client import Client
from ingestctl.errors import NotFoundError, UnreachableError
from ingestctl.models import Status
from ingestctl.render.view import IngestionView
from ingestctl.watch.fetch import around, fetch, none, released
from tests.cli.stand_in import HANG_UP, INGESTION_ID, StandIn, progress, refusal
from tests.cli.timetable import timetable


def test_fetch_returns_the_whole_and_its_batches(client: Client, service: StandIn) -> None:
    service.timetables(timetable("completed", "triggered", "yet_to_start", headers={"Retry-After": "4"}))
    view = fetch(client, INGESTION_ID)
    assert (view.whole.status, view.ended, view.retry_after) == (Status.TRIGGERED, False, 4)
    assert [batch.status for batch in view.batches] == ["completed", "triggered", "yet_to_start"]
    assert service.paths() == ["/ingestions/id", "/ingestions/id/batches?limit=200&after=-1"]


@pytest.mark.parametrize(
    ("completed", "waiting", "first"),
    [(0, 5000, 0), (100, 100, 0), (101, 199, 1), (2000, 3000, 1900), (4950, 50, 4800), (5000, 0, 4800)],
)
def test_one_page_around_the_next_batch_is_fetched_of_thousands(
    client: Client, service: StandIn, completed: int, waiting: int, first: int
) -> None:
    service.timetables(timetable(*["completed"] * completed, *["yet_to_start"] * waiting))
    view = fetch(client, INGESTION_ID)
    assert [batch.number for batch in view.batches] == list(range(first, first + 200))
    assert len(service.requests) == 2


def test_batches_are_not_fetched_while_nothing_changes(client: Client, service: StandIn) -> None:
    service.timetables(timetable("triggered"))
    known = fetch(client, INGESTION_ID)
    again = fetch(client, INGESTION_ID, around, known)
    assert again == known
    assert service.requests[2].etag == known.whole.etag
    assert len(service.requests) == 3


def test_batches_are_fetched_again_after_a_change(client: Client, service: StandIn) -> None:
    service.timetables(timetable("triggered"), timetable("completed"))
    again = fetch(client, INGESTION_ID, around, fetch(client, INGESTION_ID))
    assert [batch.status for batch in again.batches] == [again.whole.status] == ["completed"]


def test_an_answer_without_an_etag_counts_as_a_change(client: Client, service: StandIn) -> None:
    service.timetables(timetable("triggered", headers={"ETag": ""}))
    fetch(client, INGESTION_ID, around, fetch(client, INGESTION_ID))
    assert len(service.requests) == 4


def test_an_older_service_is_asked_for_the_status_and_not_for_times_again(
    client: Client, service: StandIn
) -> None:
    service.answers(progress("triggered", "yet_to_start"), progress("completed", "triggered"))
    first = fetch(client, INGESTION_ID)
    again = fetch(client, INGESTION_ID, around, first)
    assert [(batch.number, batch.started_at, batch.status) for batch in again.batches] == [
        (0, None, "completed"),
        (1, None, "triggered"),
    ]
    assert again.counts == {"completed": 1, "triggered": 1}
    assert service.paths() == ["/ingestions/id", "/status/id", "/status/id"]


def test_an_ingestion_without_any_resource_is_not_found(client: Client, service: StandIn) -> None:
    service.answers(refusal(404, "Ingestion ID not found"))
    with pytest.raises(NotFoundError, match=r"Ingestion ID not found: .*/status/"):
        fetch(client, INGESTION_ID)


def test_an_outage_between_the_whole_and_its_batches_is_raised(client: Client, service: StandIn) -> None:
    service.timetables(timetable("triggered"), HANG_UP)
    known = fetch(client, INGESTION_ID)
    with pytest.raises(UnreachableError):
        fetch(client, INGESTION_ID, around, known)


def test_the_page_around_the_last_batch_that_ran_is_fetched_of_a_cancelled_ingestion(
    client: Client, service: StandIn
) -> None:
    service.timetables(timetable(*["completed"] * 300, *["cancelled"] * 700))
    view = fetch(client, INGESTION_ID)
    assert [batch.number for batch in view.batches] == list(range(200, 400))
    assert view.ended
    assert view.counts[Status.CANCELLED] == 700


class Trail:
    """Looks at all that was released, again and again."""

    def __init__(self, client: Client, service: StandIn) -> None:
        self._client = client
        self._service = service
        self._known: IngestionView | None = None

    def fetch(self, *statuses: str) -> list[int]:
        """Return the numbers of the batches that were fetched when they had these statuses."""
        self._service.timetables(timetable(*statuses))
        self._known = fetch(self._client, INGESTION_ID, released, self._known)
        return [batch.number for batch in self._known.batches]


def test_only_released_batches_that_may_have_changed_are_fetched(client: Client, service: StandIn) -> None:
    trail = Trail(client, service)
    waits = ["yet_to_start"] * 3
    assert trail.fetch(*waits, *waits) == []
    assert trail.fetch("triggered", "triggered", "triggered", *waits) == [0, 1, 2]
    assert trail.fetch("completed", "triggered", "completed", *waits) == [0, 1, 2]
    assert trail.fetch("completed", "triggered", "completed", "completed", *waits[1:]) == [1, 2, 3]
    assert trail.fetch("completed", "completed", "completed", "completed", *waits[1:]) == [1, 2, 3]
    assert trail.fetch("completed", "completed", "completed", "completed", "triggered", *waits[2:]) == [3, 4]
    assert trail.fetch(*["completed"] * 4, "triggered", "cancelled") == [4]


def test_batches_that_were_released_before_are_fetched_page_by_page(client: Client, service: StandIn) -> None:
    trail = Trail(client, service)
    assert trail.fetch(*["completed"] * 2500, "triggered", *["yet_to_start"] * 2000) == list(range(2501))
    assert [path for path in service.paths() if "batches" in path] == [
        f"/ingestions/id/batches?limit=1000&after={after}" for after in (-1, 999, 1999)
    ]


def test_no_batches_are_fetched_where_the_numbers_are_enough(client: Client, service: StandIn) -> None:
    service.timetables(timetable("triggered"))
    assert fetch(client, INGESTION_ID, none).batches == ()
    assert service.paths() == ["/ingestions/id"]
