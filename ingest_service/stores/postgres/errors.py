"""Errors of psycopg: what they mean, and the sentences that are made of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from ingest_service.errors import StoreError


def store_error(sentence: str, error: psycopg.Error) -> StoreError:
    """Return this error with a sentence of ours before it, on one line."""
    reason = error.diag.message_primary or str(error)
    return StoreError(f"{sentence}: {' '.join(reason.split())}")


@contextmanager
def translated(sentence: str) -> Iterator[None]:
    """Raise StoreError with this sentence for any error of psycopg."""
    try:
        yield
    except psycopg.Error as error:
        raise store_error(sentence, error) from error
