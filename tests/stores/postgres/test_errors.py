"""Errors of psycopg, as the house has them."""

import psycopg
import pytest

from ingest_service.errors import StoreError
from ingest_service.stores.postgres.errors import breaks_off, store_error, translated


@pytest.mark.parametrize("code", ["57P01", "55P03", "25006", "25P03", "25P04"])
def test_what_a_server_says_that_ends_a_session_or_takes_no_writes_breaks_off(code: str) -> None:
    assert breaks_off(psycopg.errors.lookup(code)())


@pytest.mark.parametrize("code", ["23505", "22003", "42P01"])
def test_what_is_wrong_with_a_statement_does_not_break_off(code: str) -> None:
    assert not breaks_off(psycopg.errors.lookup(code)())


def test_a_connection_that_is_gone_breaks_off() -> None:
    assert breaks_off(psycopg.OperationalError("consuming input failed: server closed the connection"))


def test_a_sentence_is_of_one_line() -> None:
    error = psycopg.OperationalError('connection to server at "db" failed:\n\tConnection refused\n')
    assert str(store_error("the database cannot be reached", error)) == (
        'the database cannot be reached: connection to server at "db" failed: Connection refused'
    )


def test_any_error_of_psycopg_is_translated_and_no_other() -> None:
    with pytest.raises(StoreError, match=r"^it failed: why$"), translated("it failed"):
        raise psycopg.DataError("why")
    with pytest.raises(ValueError, match="other"), translated("it failed"):
        raise ValueError("other")
