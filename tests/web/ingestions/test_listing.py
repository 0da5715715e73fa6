"""GET /ingestions: which there are, the newest first, a page at a time."""

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from requests.utils import parse_header_links
from werkzeug.test import TestResponse

from ingest_service.domain.model import LAST_SEQUENCE, Priority
from ingest_service.web.http.cursor import cursor_of
from tests.simulation import SECOND, Simulation
from tests.web.asking import FINAL, failing, ingest


def listed(client: FlaskClient, query: str = "") -> list[str]:
    return ids_of(client.get(f"/ingestions{query}"))


def ids_of(page: TestResponse) -> list[str]:
    assert page.status_code == 200
    return [row["ingestion_id"] for row in page.get_json()["ingestions"]]


def row_of(client: FlaskClient, ingestion_id: UUID) -> dict[str, Any]:
    rows = client.get("/ingestions").get_json()["ingestions"]
    found: dict[str, Any] = next(row for row in rows if row["ingestion_id"] == str(ingestion_id))
    return found


def next_link(page: TestResponse, relation: str = "next") -> str | None:
    """Return where a client that knows nothing but the header goes on (RFC 8288)."""
    links = parse_header_links(page.headers.get("Link", ""))
    return next((link["url"] for link in links if link.get("rel") == relation), None)


@pytest.fixture
def one_of_each(simulation: Simulation) -> dict[str, UUID]:
    """An ingestion of each status, and of other priorities."""
    completed = simulation.submit([1], "HIGH")
    simulation.run()
    cancelled = simulation.submit([2], "LOW")
    simulation.service.cancel(cancelled)
    triggered = simulation.submit([3, 4, 5, 6], "HIGH")
    simulation.run_slot()
    waits = simulation.submit([7], "LOW")
    return {"completed": completed, "cancelled": cancelled, "triggered": triggered, "yet_to_start": waits}


def test_ingestions_are_listed_the_newest_first_with_how_far_they_have_come(
    client: FlaskClient, simulation: Simulation
) -> None:
    older = simulation.submit([1, 2, 3, 4, 5], "LOW")
    simulation.clock.time += SECOND
    newer = simulation.submit([6], "HIGH")
    assert client.get("/ingestions").get_json() == {
        "ingestions": [
            {
                "ingestion_id": str(newer),
                "status": "yet_to_start",
                "priority": "HIGH",
                "created_at": "2023-11-14T22:30:01.000Z",
                "ids": 1,
                "batches": {"yet_to_start": 1, "triggered": 0, "completed": 0},
                "failed": 0,
                "deadline": None,
            },
            {
                "ingestion_id": str(older),
                "status": "yet_to_start",
                "priority": "LOW",
                "created_at": "2023-11-14T22:30:00.000Z",
                "ids": 5,
                "batches": {"yet_to_start": 2, "triggered": 0, "completed": 0},
                "failed": 0,
                "deadline": None,
            },
        ],
        "next_after": None,
    }


def test_without_ingestions_the_list_is_empty_and_leads_nowhere(client: FlaskClient) -> None:
    page = client.get("/ingestions")
    assert page.get_json() == {"ingestions": [], "next_after": None}
    assert "Link" not in page.headers


@pytest.mark.parametrize("status", ["completed", "cancelled", "triggered", "yet_to_start"])
def test_a_status_lists_those_that_have_it(client: FlaskClient, one_of_each: dict[str, UUID], status: str) -> None:
    assert listed(client, f"?status={status}") == [str(one_of_each[status])]
    assert row_of(client, one_of_each[status])["status"] == status


def test_an_ingestion_that_is_cancelled_while_it_is_called_is_triggered_until_its_calls_have_ended(
    client: FlaskClient, simulation: Simulation
) -> None:
    ingestion_id = simulation.submit([1, 2, 3, 4])
    answered: list[list[str]] = []

    def cancel() -> None:
        simulation.service.cancel(ingestion_id)
        answered.append(listed(client, "?status=triggered"))

    simulation.clock.at(simulation.began + SECOND, cancel)
    simulation.run()
    assert answered == [[str(ingestion_id)]]
    assert listed(client, "?status=triggered") == []
    assert listed(client, "?status=cancelled") == [str(ingestion_id)]


@pytest.mark.parametrize(
    ("priority", "found"),
    [("HIGH", ["triggered", "completed"]), ("MEDIUM", []), ("LOW", ["yet_to_start", "cancelled"])],
)
def test_a_priority_lists_those_that_have_it(
    client: FlaskClient, one_of_each: dict[str, UUID], priority: str, found: list[str]
) -> None:
    assert listed(client, f"?priority={priority}") == [str(one_of_each[status]) for status in found]


def test_a_changed_priority_is_the_one_that_counts(client: FlaskClient, simulation: Simulation) -> None:
    ingestion_id = simulation.submit([1], "LOW")
    simulation.service.reprioritise(ingestion_id, Priority.HIGH)
    assert (listed(client, "?priority=LOW"), listed(client, "?priority=HIGH")) == ([], [str(ingestion_id)])


def test_status_and_priority_hold_together(client: FlaskClient, one_of_each: dict[str, UUID]) -> None:
    assert listed(client, "?status=completed&priority=LOW") == []
    assert listed(client, "?status=cancelled&priority=LOW") == [str(one_of_each["cancelled"])]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 7])
def test_pages_lead_to_the_end_without_a_gap_and_without_a_double(
    client: FlaskClient, simulation: Simulation, count: int
) -> None:
    newest_first = [str(simulation.submit([number + 1])) for number in range(count)][::-1]
    pages = [client.get("/ingestions?limit=2")]
    while (after := pages[-1].get_json()["next_after"]) is not None:
        pages.append(client.get(f"/ingestions?limit=2&after={after}"))
    assert [len(ids_of(page)) for page in pages] == ([2] * (count // 2) + [1] * (count % 2) or [0])
    assert [found for page in pages for found in ids_of(page)] == newest_first


def test_pages_stay_whole_while_new_ones_arrive(client: FlaskClient, simulation: Simulation) -> None:
    newest_first = [str(simulation.submit([number + 1])) for number in range(7)][::-1]
    found: list[str] = []
    url: str | None = "/ingestions?limit=2"
    while url is not None:
        page = client.get(url)
        found += ids_of(page)
        simulation.submit([99], "HIGH")
        simulation.run_slot()
        url = next_link(page)
    assert found == newest_first


def test_the_link_leads_through_the_same_question_to_the_end(client: FlaskClient, simulation: Simulation) -> None:
    wanted: list[str] = []
    for number in range(5):
        wanted.insert(0, str(simulation.submit([number + 1], "HIGH")))
        simulation.submit([number + 1], "LOW")
    page = client.get("/ingestions?priority=HIGH&status=yet_to_start&limit=2")
    cursor = page.get_json()["next_after"]
    assert page.headers["Link"] == (
        f'</ingestions?priority=HIGH&status=yet_to_start&limit=2&after={cursor}>; rel="next"'
    )
    found = ids_of(page)
    while (url := next_link(page)) is not None:
        page = client.get(url)
        found += ids_of(page)
    assert found == wanted
    assert page.get_json()["next_after"] is None


@pytest.mark.parametrize("query", ["", "&failed=true", "&priority=HIGH&status=completed"])
def test_the_links_lead_back_the_way_they_led_on(client: FlaskClient, simulation: Simulation, query: str) -> None:
    simulation.upstream.answer = failing(set(range(7)), FINAL)
    for number in range(7):
        simulation.submit([number], "HIGH")
    simulation.run()
    pages = [client.get(f"/ingestions?limit=3{query}")]
    while (url := next_link(pages[-1])) is not None:
        pages.append(client.get(url))
    assert [len(ids_of(page)) for page in pages] == [3, 3, 1]
    back = pages[-1:]
    while (url := next_link(back[-1], "prev")) is not None:
        back.append(client.get(url))
    assert [ids_of(page) for page in back] == [ids_of(page) for page in reversed(pages)]


def test_ingestions_with_failed_ids_are_listed_alone(client: FlaskClient, simulation: Simulation) -> None:
    simulation.upstream.answer = failing({2}, FINAL)
    _, bad, _ = (simulation.submit([number]) for number in (1, 2, 3))
    simulation.run()
    assert listed(client, "?failed=true") == [str(bad)]
    assert listed(client, "?failed=true&status=cancelled") == []


def test_an_ingestion_is_found_by_the_begin_of_its_id(client: FlaskClient, simulation: Simulation) -> None:
    ingestion_id, _ = str(simulation.submit([1])), simulation.submit([2])
    for length in (8, 13, 36):
        assert listed(client, f"?ingestion_id={ingestion_id[:length]}") == [ingestion_id]
        assert listed(client, f"?ingestion_id={ingestion_id[:length].upper().replace('-', '')}") == [ingestion_id]
    assert listed(client, f"?ingestion_id={ingestion_id}&priority=HIGH") == []
    assert ingestion_id in listed(client, f"?ingestion_id={ingestion_id[:4]}")


def test_a_page_has_a_hundred_unless_another_number_is_asked_for(
    client: FlaskClient, simulation: Simulation
) -> None:
    for _ in range(101):
        simulation.submit([1])
    assert len(listed(client)) == 100
    assert len(listed(client, "?limit=1000")) == 101
    assert len(listed(client, "?limit=1")) == 1


LIMIT = "must be an integer from 1 to 1000"
STATUS = "must be one of yet_to_start, triggered, completed, cancelled"
PRIORITY = "must be one of HIGH, MEDIUM, LOW"
PREFIX = "must be the first 4 hexadecimal digits of an id, or more of them"
AFTER = "must be the next_after of another page"


@pytest.mark.parametrize(
    ("query", "details"),
    [
        ("limit=0", {"limit": [LIMIT]}),
        ("limit=1001", {"limit": [LIMIT]}),
        ("limit=many", {"limit": [LIMIT]}),
        ("limit=", {"limit": [LIMIT]}),
        ("status=done", {"status": [STATUS]}),
        ("status=COMPLETED", {"status": [STATUS]}),
        ("status=", {"status": [STATUS]}),
        ("failed=yes", {"failed": ["must be true, or left out"]}),
        ("before=x", {"before": ["must be the before of the header Link of another page"]}),
        ("ingestion_id=", {"ingestion_id": [PREFIX]}),
        ("ingestion_id=a-b-c", {"ingestion_id": [PREFIX]}),
        ("ingestion_id=ghij", {"ingestion_id": [PREFIX]}),
        ("ingestion_id=" + 33 * "a", {"ingestion_id": [PREFIX]}),
        ("priority=high", {"priority": [PRIORITY]}),
        ("priority=1", {"priority": [PRIORITY]}),
        (
            "status=x&priority=y&limit=-1&after=z",
            {"status": [STATUS], "priority": [PRIORITY], "limit": [LIMIT], "after": [AFTER]},
        ),
    ],
)
def test_a_wrong_question_is_answered_with_what_is_allowed(
    client: FlaskClient, query: str, details: dict[str, list[str]]
) -> None:
    response = client.get(f"/ingestions?{query}")
    assert response.status_code == 400
    assert response.get_json() == {"error": "Invalid input", "details": details}


@pytest.mark.parametrize(
    "cursor",
    [
        "1",
        "-1",
        "MQ==",
        "MQ=",
        "LTE",
        "MDE",
        "IDE",
        "bm9wZQ",
        "ü",
        "%00",
        "+",
        "A" * 5000,
        cursor_of(LAST_SEQUENCE + 1),
    ],
)
def test_a_cursor_from_no_page_is_refused(client: FlaskClient, simulation: Simulation, cursor: str) -> None:
    simulation.submit([1])
    response = client.get(f"/ingestions?after={cursor}")
    assert response.status_code == 400
    assert response.get_json()["details"] == {"after": [AFTER]}


def test_cancelled_batches_are_counted_only_after_a_cancellation(
    client: FlaskClient, simulation: Simulation
) -> None:
    ingestion_id = simulation.submit([1, 2, 3, 4])
    simulation.run_slot()
    assert row_of(client, ingestion_id)["batches"] == {"yet_to_start": 1, "triggered": 0, "completed": 1}
    simulation.service.cancel(ingestion_id)
    row = row_of(client, ingestion_id)
    assert row["batches"] == {"yet_to_start": 0, "triggered": 0, "completed": 1, "cancelled": 1}
    assert row["status"] == "cancelled"


def test_the_ids_that_failed_are_counted_for_each_ingestion_of_a_page(
    client: FlaskClient, simulation: Simulation
) -> None:
    simulation.upstream.answer = failing({2, 4, 5}, FINAL)
    first, second, third = (simulation.submit(ids) for ids in ([1, 2], [3], [4, 5]))
    simulation.run()
    assert [row_of(client, each)["failed"] for each in (first, second, third)] == [1, 0, 2]


def test_the_deadline_is_shown_in_utc(client: FlaskClient) -> None:
    ingest(client, [1], deadline="2023-11-15T00:00:00.5+01:00")
    (row,) = client.get("/ingestions").get_json()["ingestions"]
    assert row["deadline"] == "2023-11-14T23:00:00.500Z"
