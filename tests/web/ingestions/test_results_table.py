"""The results as a table (CSV), and the choice of a format by a link."""

import csv
import json
from io import StringIO
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from ingest_service.domain.ledger import Answer
from ingest_service.web.ingestions.results import COLUMNS, LINES, TABLE
from tests.simulation import Simulation
from tests.web.asking import FINAL, PASSING, failing

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def ingestion_id(simulation: Simulation) -> UUID:
    """An ingestion that has run: 1 went well, 2 has an error, 3 went well at the second call."""
    answers = {2: failing({2}, FINAL, calls=9), 3: failing({3}, PASSING)}
    simulation.upstream.answer = lambda record_id, number: answers.get(record_id, answers[3])(record_id, number)
    ingestion_id = simulation.submit([1, 2, 3])
    simulation.run()
    return ingestion_id


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline="")))


@pytest.mark.parametrize(
    ("query", "accept"), [("", "text/csv"), ("?format=csv", BROWSER), ("?format=csv&limit=1", LINES)]
)
def test_a_client_that_wants_a_table_gets_all_results_as_one(
    client: FlaskClient, ingestion_id: UUID, query: str, accept: str
) -> None:
    answer = client.get(f"/ingestions/{ingestion_id}/results{query}", headers={"Accept": accept})
    assert (answer.status_code, answer.content_type) == (200, "text/csv; charset=utf-8")
    assert answer.data == (
        b"id,result,error,attempts,last_status\r\n"
        b'1,"{""id"": 1}",,1,200\r\n'
        b"2,,HTTP 404 Not Found,1,404\r\n"
        b'3,"{""id"": 3}",,2,200\r\n'
    )


def test_a_table_goes_on_from_a_position_and_has_a_header_without_results(
    client: FlaskClient, ingestion_id: UUID
) -> None:
    path = f"/ingestions/{ingestion_id}/results?format=csv&after="
    assert [row[0] for row in rows(client.get(f"{path}0").text)] == ["id", "2", "3"]
    assert rows(client.get(f"{path}2").text) == [[*COLUMNS]]


@pytest.mark.parametrize(("form", "media_type"), [("ndjson", LINES), ("csv", TABLE), ("json", "application/json")])
def test_a_link_chooses_the_format_and_names_the_file(
    client: FlaskClient, ingestion_id: UUID, form: str, media_type: str
) -> None:
    written = str(ingestion_id).upper()
    answer = client.get(f"/ingestions/{written}/results?format={form}", headers={"Accept": BROWSER})
    assert answer.mimetype == media_type
    name = None if form == "json" else f'attachment; filename="results-{ingestion_id}.{form}"'
    assert answer.headers.get("Content-Disposition") == name


def test_a_client_that_accepts_all_kinds_gets_what_it_likes_best(client: FlaskClient, ingestion_id: UUID) -> None:
    accept = "application/x-ndjson;q=0.5, text/csv;q=0.9, application/json;q=0.8"
    assert client.get(f"/ingestions/{ingestion_id}/results", headers={"Accept": accept}).mimetype == TABLE


@pytest.mark.parametrize("form", ["xls", "CSV", ""])
def test_another_format_is_answered_with_those_that_there_are(
    client: FlaskClient, ingestion_id: UUID, form: str
) -> None:
    answer = client.get(f"/ingestions/{ingestion_id}/results?format={form}")
    details = {"format": ["must be one of json, ndjson, csv"]}
    assert (answer.status_code, answer.get_json()["details"]) == (400, details)


HOSTILE = '=1+1,"x"\n\r\tü\u202e@SUM(A1);'


def test_a_table_changes_nothing_and_no_cell_is_a_formula(client: FlaskClient, simulation: Simulation) -> None:
    kept = [json.dumps(value, ensure_ascii=False) for value in (HOSTILE, {"=": HOSTILE}, [HOSTILE], None, -1.5)]
    answers = [Answer(text) for text in kept] + [Answer(error=f"OSError: {HOSTILE}")]
    simulation.upstream.answer = lambda record_id, _: answers[record_id - 1]
    ingestion_id = simulation.submit(range(1, 7))
    simulation.run()
    found = rows(client.get(f"/ingestions/{ingestion_id}/results?format=csv").text)[1:]
    assert [row[1] for row in found] == [*kept, ""]
    assert [row[2] for row in found] == [""] * 5 + [f"OSError: {HOSTILE}"]
    assert [cell for row in found for cell in row if cell.startswith(tuple("=+@\t\r\n"))] == []
    assert [float(cell) for row in found for cell in row if cell.startswith("-")] == [-1.5]


def test_a_table_of_many_results_comes_in_pieces(client: FlaskClient, simulation: Simulation) -> None:
    simulation.upstream.answer = lambda record_id, _: Answer(json.dumps([record_id, "x" * 30_000]))
    ingestion_id = simulation.submit(range(1, 11))
    simulation.run()
    answer = client.get(f"/ingestions/{ingestion_id}/results?format=csv")
    pieces = list(answer.iter_encoded())
    assert len(pieces) > 1
    found = rows(b"".join(pieces).decode())[1:]
    assert [json.loads(row[1])[0] for row in found] == list(range(1, 11))
