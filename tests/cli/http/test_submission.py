import pytest

from ingestctl.client import Client
from ingestctl.errors import RefusedError, TooLargeError, UnavailableError
from tests.cli.stand_in import INGESTION_ID, Answer, StandIn, accepted, refusal

TOO_MANY = "must be at most 100 ids; these are 250"


class Id(int):
    """An id of a program that tells kinds of numbers apart."""


def submit(client: Client, count: int) -> list[int]:
    """Submit a number of ids and return the number of ids in each ingestion."""
    return [one.ids for one in client.submit_all(range(1, count + 1), key="monday")]


def sent(service: StandIn) -> list[tuple[int, str]]:
    """The number of ids and the key of every request."""
    return [(len(asked.body["ids"]), asked.headers["Idempotency-Key"]) for asked in service.requests]


def test_ids_in_one_ingestion_are_accepted_with_their_number(client: Client, service: StandIn) -> None:
    service.answers(accepted())
    [one] = client.submit_all(range(1, 4), key="monday")
    assert (one.ingestion_id, one.ids) == (INGESTION_ID, 3)
    assert one.raw == {"ingestion_id": INGESTION_ID, "ids": 3}


def test_ids_of_a_type_of_its_own_are_sent_as_numbers(client: Client, service: StandIn) -> None:
    service.answers(accepted())
    client.submit([Id(7), Id(8)])
    assert service.requests[0].body["ids"] == [7, 8]


@pytest.mark.parametrize("status", [400, 413])
def test_the_limit_that_the_service_publishes_is_the_size_of_a_part(
    client: Client, service: StandIn, status: int
) -> None:
    service.answers(refusal(status, "Invalid input", limits={"ids": 100}, ids=[TOO_MANY]), accepted())
    assert submit(client, 250) == [100, 100, 50]
    assert sent(service) == [(250, "monday"), (100, "monday"), (100, "monday/100"), (50, "monday/200")]


@pytest.mark.parametrize(
    "answer",
    [refusal(400, "Invalid input", ids=[TOO_MANY]), refusal(413, "Too large"), Answer(413, b"<html>")],
)
def test_without_a_limit_the_parts_are_halved_until_the_service_accepts_them(
    client: Client, service: StandIn, answer: Answer
) -> None:
    service.answers(answer, answer, accepted())
    assert submit(client, 250) == [62, 62, 62, 62, 2]
    assert [count for count, _ in sent(service)] == [250, 125, 62, 62, 62, 62, 2]


@pytest.mark.parametrize("ids", [[1, 0], [1, 10**9 + 8], [1, True], [1, 1.5], [1, "2"]])
def test_a_refusal_of_ids_that_are_not_valid_ends_the_submission(
    client: Client, service: StandIn, ids: list[int]
) -> None:
    service.answers(refusal(400, "Invalid input", ids=["must be an integer from 1 to 1000000007 (position 1)"]))
    with pytest.raises(RefusedError, match=r"must be an integer from 1 to 1000000007 \(position 1\)"):
        list(client.submit_all(ids))
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        refusal(400, "Invalid input", ids=[TOO_MANY], priority=["must be HIGH"]),
        refusal(400, "Invalid input", limits={"ids": 250}, ids=["must be odd"]),
        refusal(409, "Deadline cannot be met", deadline=["it would complete too late"]),
        refusal(422, "Idempotency key reused"),
    ],
)
def test_any_other_refusal_ends_the_submission(client: Client, service: StandIn, answer: Answer) -> None:
    service.answers(answer)
    with pytest.raises(RefusedError):
        submit(client, 250)
    assert len(service.requests) == 1


def test_errors_carry_the_limits_that_the_service_publishes(client: Client, service: StandIn) -> None:
    service.answers(
        refusal(503, "Backlog full", {"Retry-After": "7"}, {"ids": 12}, ids=["there is room for 12 more ids"]),
        refusal(413, "Too large", limits={"ids": 5}),
        refusal(503, "Storage unavailable"),
    )
    with pytest.raises(UnavailableError, match="Backlog full") as full:
        client.submit([1])
    assert (full.value.limits, full.value.retry_after) == ({"ids": 12}, 7)
    with pytest.raises(TooLargeError) as too_large:
        client.submit([1])
    assert too_large.value.limits == {"ids": 5}
    with pytest.raises(UnavailableError) as down:
        client.submit([1])
    assert down.value.limits == {}
