"""Errors of psycopg, as the house has them."""

import psycopg
import pytest

from ingest_service.errors import StoreError
from ingest_service.stores.postgres.errors import store_error, translated


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
