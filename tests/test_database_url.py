"""URLs of databases: those that are refused show nothing of themselves."""

import pytest

from ingest_service.database_url import check_url, is_postgres


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://",
        "postgresql:///x",
        "postgres://user@host/x",
        "postgresql://user:p%40ss%2Fword@host:5432/x",
        "postgresql://user:pass?word#1@host/x",
        "postgresql://user@one:5432,two,[::1]:5433/x?target_session_attrs=read-write",
        "postgresql://user@host/x?sslmode=verify-full&sslrootcert=/run/ingest@1/ca.pem",
        "postgresql:///x?host=/var/run/postgresql",
        "postgresql://%2Fvar%2Frun%2Fpostgresql/x",
    ],
)
def test_what_libpq_reads_is_accepted(url: str) -> None:
    check_url(url)
    assert is_postgres(url)


POSTGRES = (
    "it should be like postgresql://user:password@host:5432/database?sslmode=require, with special characters of "
    "the password written like %40 for @"
)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:s3@cret@host/x",
        "postgresql://user:s3/cret@host/x",
        "postgresql://user:12/cret@host/x",
        "postgresql://user:s3@cret/s3cret@host/x",
        "postgresql://user:s3%cret@host/x",
        "postgresql://user:s3cret@host:0/x",
        "postgresql://user:s3cret@host:65536/x",
        "postgresql://user:s3cret@host:five/x",
        "postgresql://user:s3cret@[::1/x",
        "postgresql://user:s3cret@host/x?sslmod=require",
        "postgresql://user:s3cret@host/x\n",
        "postgresql://user:s3cret@host/x y",
    ],
)
def test_what_libpq_would_show_or_refuse_is_refused_without_a_word_of_it(url: str) -> None:
    with pytest.raises(ValueError, match="it should be") as caught:
        check_url(url)
    assert str(caught.value) == POSTGRES


@pytest.mark.parametrize(
    "url",
    [
        "ingest.db",
        "sqlite:///",
        "sqlite:////",
        "sqlite:///:memory:",
        "postgresql+psycopg://user:s3cret@host/x",
        "POSTGRESQL://user:s3cret@host/x",
        "host=localhost password=s3cret",
    ],
)
def test_another_url_is_refused_with_both_kinds_that_are_allowed(url: str) -> None:
    with pytest.raises(ValueError, match="it should be") as caught:
        check_url(url)
    assert str(caught.value) == (
        "it should be sqlite:///relative/path.db or sqlite:////absolute/path.db, or begin with postgresql://"
    )
