"""The part of the page of an ingestion that is polled, and the readings that all who look at it share."""

from uuid import UUID

import pytest

from ingest_service.domain.failures import FailureQuery
from ingest_service.domain.progress import Progress
from ingest_service.errors import IngestionNotFound
from ingest_service.ports.records import HistoryRecord
from ingest_service.reports.details import DetailsReport, DetailsReports
from ingest_service.web.board.ingestion.readings import MOST_KEPT, Readings
from ingest_service.web.board.ingestion.view import IngestionView
from tests.simulation import SECOND, Simulation
from tests.web.board.browsing import Browser, Driven


def part_of(ingestion_id: UUID) -> str:
    return f"/board/ingestions/{ingestion_id}"


def test_it_is_the_same_until_something_changes(browser: Browser, simulation: Simulation) -> None:
    ingestion_id = simulation.submit(range(1, 9), "LOW")
    simulation.run_slot()
    simulation.clock.time += SECOND
    first = browser.get(part_of(ingestion_id))
    known = {"If-None-Match": first.headers["ETag"]}
    same = browser.get(part_of(ingestion_id), headers=known)
    assert (same.status_code, same.data, same.headers["Retry-After"]) == (304, b"", "1")
    assert first.headers["X-Server-Time"] < same.headers["X-Server-Time"]
    simulation.submit([9], "HIGH")
    changed = browser.get(part_of(ingestion_id), headers=known)
    assert (changed.status_code, changed.text == first.text) == (200, False)


def test_it_is_not_to_be_asked_for_again_once_it_has_ended(browser: Browser, simulation: Simulation) -> None:
    ingestion_id = simulation.submit([1])
    assert "Retry-After" in browser.get(part_of(ingestion_id)).headers
    simulation.run()
    last = browser.get(part_of(ingestion_id))
    assert (last.status_code, "Retry-After" in last.headers) == (200, False)
    same = browser.get(part_of(ingestion_id), headers={"If-None-Match": last.headers["ETag"]})
    assert (same.status_code, "Retry-After" in same.headers) == (304, False)


def test_it_is_a_part_of_the_page_and_counts_down_nowhere(browser: Browser, simulation: Simulation) -> None:
    ingestion_id = simulation.submit(range(1, 9))
    simulation.service.pause()
    part, page = browser.get(part_of(ingestion_id)).text, browser.get(f"/ingestions/{ingestion_id}").text
    assert part.startswith('<div id="live"')
    assert part in page
    simulation.service.resume()
    assert 'data-form="until"></span>' in browser.get(part_of(ingestion_id)).text


class CountedDetails(DetailsReports):
    """Counts what is read; reading what was done takes `takes` nanoseconds."""

    def __init__(self, simulation: Simulation) -> None:
        super().__init__(simulation.records, simulation.engine)
        self._clock = simulation.clock
        self.takes = 0
        self.reads = 0
        self.histories = 0

    def read(self, ingestion_id: UUID, most: int) -> DetailsReport:
        self.reads += 1
        return super().read(ingestion_id, most)

    def history(self, progress: Progress, query: FailureQuery) -> HistoryRecord:
        self.histories += 1
        self._clock.time += self.takes
        return super().history(progress, query)


@pytest.fixture
def details(simulation: Simulation) -> CountedDetails:
    return CountedDetails(simulation)


@pytest.fixture
def readings(simulation: Simulation, details: CountedDetails) -> Readings:
    service = Driven.by(simulation)
    service.details = details
    return Readings(service, simulation.clock)


def test_a_reading_is_shared_until_it_is_old(
    readings: Readings, details: CountedDetails, simulation: Simulation
) -> None:
    ingestion_id = simulation.submit([1])
    first = readings.of(ingestion_id).reading()
    simulation.clock.time += SECOND // 10
    assert readings.of(ingestion_id).reading() is first
    assert first.now(simulation.clock) == simulation.clock.wall()
    simulation.clock.time += SECOND // 4
    assert readings.of(ingestion_id).reading() is not first
    assert (details.reads, details.histories) == (2, 2)


def test_what_was_done_is_read_more_rarely_where_that_takes_long(
    readings: Readings, details: CountedDetails, simulation: Simulation
) -> None:
    watched = readings.of(simulation.submit(range(1, 30)))
    details.takes = 2 * SECOND
    for _ in range(30):
        watched.reading()
        simulation.clock.time += SECOND
    # Each time 2 seconds, then a rest of 18.
    assert (details.reads, details.histories) == (30, 2)


def test_a_part_is_rendered_once_for_each_change_and_mount_point(
    readings: Readings, simulation: Simulation
) -> None:
    watched = readings.of(simulation.submit([1]))
    rendered: list[str] = []

    def render(view: IngestionView) -> str:
        rendered.append(view.status)
        return str(len(rendered))

    parts = [watched.part(root, render)[1].html for root in ("", "", "/svc", "/svc")]
    assert parts == ["1", "1", "2", "2"]
    simulation.run()
    simulation.clock.time += SECOND
    assert watched.part("/svc", render)[1].html == "3"
    assert rendered == ["yet_to_start", "yet_to_start", "completed"]


def test_the_end_is_read_at_once_and_never_again(
    readings: Readings, details: CountedDetails, simulation: Simulation
) -> None:
    watched = readings.of(simulation.submit([1, 2]))
    details.takes = 2 * SECOND
    assert watched.reading().view.work.calls == 0
    simulation.run()
    simulation.clock.time += SECOND
    assert watched.reading().view.work.calls == 2
    simulation.clock.time += 60 * SECOND
    assert watched.reading().view.ended
    assert (details.reads, details.histories) == (3, 2)


def test_one_that_was_removed_is_not_found_any_more(readings: Readings, simulation: Simulation) -> None:
    ingestion_id = simulation.submit([1])
    simulation.run()
    readings.of(ingestion_id).reading()
    while simulation.records.prune(simulation.clock.wall() + SECOND, 0, 100):
        pass
    simulation.clock.time += SECOND
    with pytest.raises(IngestionNotFound):
        readings.of(ingestion_id).reading()


def test_the_readings_of_few_ingestions_are_kept(readings: Readings) -> None:
    first, second = (readings.of(UUID(int=number)) for number in (0, 1))
    for number in range(2, MOST_KEPT):
        readings.of(UUID(int=number))
    assert readings.of(UUID(int=0)) is first
    readings.of(UUID(int=MOST_KEPT))
    assert readings.of(UUID(int=0)) is first
    assert readings.of(UUID(int=1)) is not second
