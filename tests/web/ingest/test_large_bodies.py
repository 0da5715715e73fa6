"""Large submissions: what is taken, what is refused before it is built, and for how much."""

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.domain.model import Priority
from ingest_service.web.http.bodies import LARGE_BYTES
from ingest_service.web.http.errors import InvalidInput
from ingest_service.web.ingest.large_bodies import MOST_MARKS, TOO_MUCH, find_ids, parse_large
from ingest_service.web.ingest.submission import parse_submission

ONE_ID = "must be an integer from 1 to 1000000007 (position {})"
MANY = 50_000
SPACE = b" " * LARGE_BYTES


def body_of(ids: bytes, rest: bytes = b'"priority":"LOW"') -> bytes:
    return b'{"ids":[%b],%b}' % (ids, rest) + SPACE


def many(count: int = MANY) -> bytes:
    return b",".join(b"%d" % number for number in range(1, count + 1))


def refusal(body: bytes, max_ids: int = MANY) -> dict[str, list[str]]:
    with pytest.raises(InvalidInput) as caught:
        parse_submission(body, max_ids)
    return caught.value.details


@pytest.mark.parametrize("separator", [b",", b", ", b",\n\t", b" ,\r\n"])
def test_a_large_submission_is_taken_whole_and_in_order(separator: bytes) -> None:
    submission = parse_submission(body_of(many().replace(b",", separator)), MANY)
    assert list(submission.ids) == list(range(1, MANY + 1))
    assert (submission.priority, submission.deadline) == (Priority.LOW, None)


@pytest.mark.parametrize(
    "text",
    [
        b'{"priority":"LOW","ids":[1,2]}',
        b'{"priority":"LOW","ids" \n: [ 1 , 2 ] }',
        b'{"note":"\\"ids\\":[9]","ids":[1,2],"priority":"LOW"}',
        b'{"x":"","ids":[1,2],"priority":"LOW","deadline":null}',
        b'{"\\u0069ds":[1,2],"priority":"LOW"}',
    ],
)
def test_a_large_body_may_be_written_in_every_way_that_a_small_one_may(text: bytes) -> None:
    small, large = parse_submission(text, 9), parse_submission(text + SPACE, 9)
    assert (small.ids, small.priority) == (large.ids, large.priority)
    assert list(large.ids) == [1, 2]


@pytest.mark.parametrize(
    "wrong", [b"0", b"-1", b"1.0", b'"1"', b"true", b"null", b"01", b"1e3", b"", b"{}", b"1 2"]
)
@pytest.mark.parametrize("place", [0, 1, 20_000, MANY])
def test_the_first_wrong_id_is_named_by_its_position(wrong: bytes, place: int) -> None:
    ids = many().split(b",")
    assert refusal(body_of(b",".join([*ids[:place], wrong, *ids[place:]])), 2 * MANY) == {
        "ids": [ONE_ID.format(place)]
    }


def test_an_empty_list_is_refused_as_in_a_small_body() -> None:
    assert refusal(body_of(b" ")) == {"ids": ["must be a non-empty list of integers from 1 to 1000000007"]}


def test_every_wrong_field_is_named() -> None:
    wrong = b'"priority":"urgent","deadline":"soon"'
    assert list(refusal(body_of(b"1,0", wrong))) == ["ids", "priority", "deadline"]


def test_too_many_ids_are_counted_not_built() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_submission(body_of(many()), 10)
    assert caught.value.details == {"ids": [f"must be at most 10 ids; these are {MANY}"]}
    assert caught.value.limits == {"ids": 10}


@pytest.mark.parametrize(
    "text", [b'{"x":{"ids":[5]},"ids":[6],"priority":"LOW"}', b'{"ids":[5],"ids":[6],"priority":"LOW"}']
)
def test_a_second_list_of_ids_is_refused(text: bytes) -> None:
    assert refusal(text + SPACE) == {"ids": ["must be in the body once"]}


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_a_large_body_is_taken_only_where_a_small_one_is_and_says_the_same(before: bytes, behind: bytes) -> None:
    text = b'{"ids":[1,2%b],"priority":"LOW"%b}' % (before, behind)
    try:
        large = parse_large(text, 100)
    except InvalidInput:
        return
    small = parse_submission(text, 100)
    assert (large[1], large[0].priority) == (small.ids, small.priority)


def test_what_is_no_list_of_numbers_is_not_found() -> None:
    assert find_ids(b"") is None
    assert find_ids(b'{"ids"}') is None
    assert find_ids(b'{"ids":[1') is None


DEEP: dict[str, Callable[[int], bytes]] = {
    "lists": lambda size: body_of(b"1", b'"priority":"LOW","x":[%b]' % b",".join([b"[0]"] * (size // 4))),
    "objects": lambda size: body_of(b"1", b'"priority":"LOW","x":[%b]' % b",".join([b"{}"] * (size // 3))),
    "numbers": lambda size: body_of(b"1", b'"priority":"LOW","x":[%b]' % b",".join([b"0"] * (size // 2))),
    "texts": lambda size: body_of(b"1", b'"priority":"LOW","x":[%b]' % b",".join([b'""'] * (size // 3))),
    "fields": lambda size: b'{"ids":[1],%b}' % b",".join(b'"%d":0' % n for n in range(size // 10)),
    "open lists": lambda size: b"[" * size,
}


@contextmanager
def building_nothing(body: bytes) -> Iterator[None]:
    """Allow copies of the body, where building its contents would take twenty times its size."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(body)


@pytest.mark.parametrize("name", DEEP)
def test_a_tree_beside_the_ids_is_refused_before_it_is_built(name: str) -> None:
    body = DEEP[name](8_000_000)
    with building_nothing(body):
        assert refusal(body) == {"body": [TOO_MUCH]}


def test_millions_of_ids_are_refused_before_they_are_built() -> None:
    body = b'{"ids":[%b],"priority":"LOW"}' % b",".join([b"1"] * 8_000_000)
    with building_nothing(body):
        assert refusal(body, 1_000_000) == {"ids": ["must be at most 1000000 ids; these are 8000000"]}


def test_a_long_text_beside_the_ids_is_tolerated() -> None:
    submission = parse_submission(body_of(b"1", b'"priority":"LOW","x":"%b"' % (b"a" * 5_000_000)), 9)
    assert list(submission.ids) == [1]


def test_some_marks_beside_the_ids_are_tolerated() -> None:
    rest = b'"priority":"LOW","x":[%b]' % b",".join([b"0"] * (MOST_MARKS - 100))
    assert list(parse_submission(body_of(b"1", rest), 9).ids) == [1]
