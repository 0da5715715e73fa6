"""The gate: what is read under it is the newest, and nothing that others have set makes it weaker."""

from threading import Thread

import pytest

from ingest_service.errors import StoreError
from ingest_service.stores.postgres.changes import Change, insert_changes
from ingest_service.stores.postgres.database import PostgresDatabase
from tests.postgres.sessions import Sessions
from tests.processes.waiting import eventually
from tests.stores.postgres.gates import execute, gate_to, set_default, state_under, write_under


def has_set(url: str, setting: str) -> object:
    """Return a setting as it is in a transaction under the gate."""
    with gate_to(url) as gate, gate.transaction() as transaction:
        with transaction.reading() as connection:
            found = connection.execute(f"SELECT current_setting('{setting}')")
        return found.fetchall()[0][0]


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read", "serializable"])
def test_what_was_committed_while_one_waited_for_the_gate_is_read_under_it(
    postgres_url: str, isolation: str
) -> None:
    set_default(postgres_url, "default_transaction_isolation", f"'{isolation}'")
    read: list[int] = []
    with gate_to(postgres_url) as holder, gate_to(postgres_url) as waiter, Sessions(postgres_url) as sessions:
        thread = Thread(target=lambda: read.append(state_under(waiter).pending))
        with holder.transaction() as transaction:
            with transaction.reading():
                pass
            thread.start()
            eventually(sessions.are_waiting_for_a_lock)
            with transaction.writing() as connection:
                insert_changes(connection, [Change(ids=7)], 0)
        thread.join(30)
    assert read == [7]


@pytest.mark.parametrize(
    ("setting", "default", "under_the_gate"),
    [
        ("synchronous_commit", "off", "on"),
        ("statement_timeout", "'5s'", "10s"),
        ("lock_timeout", "'20ms'", "2s"),
        ("idle_in_transaction_session_timeout", "0", "1s"),
    ],
)
def test_defaults_of_a_database_do_not_count_under_the_gate(
    postgres_url: str, setting: str, default: str, under_the_gate: str
) -> None:
    set_default(postgres_url, setting, default)
    assert has_set(postgres_url, setting) == under_the_gate


def test_the_isolation_under_the_gate_is_read_committed_whatever_the_default_is(postgres_url: str) -> None:
    set_default(postgres_url, "default_transaction_isolation", "serializable")
    assert has_set(postgres_url, "transaction_isolation") == "read committed"


def test_the_tables_are_where_the_search_path_of_the_database_leads(bare_url: str) -> None:
    execute(bare_url, "CREATE SCHEMA ingest")
    set_default(bare_url, "search_path", "ingest")
    database = PostgresDatabase(bare_url)
    database.start()
    database.stop()
    with gate_to(bare_url) as gate:
        assert state_under(gate).pending == 0
    assert execute(bare_url, "SELECT schemaname FROM pg_tables WHERE tablename = 'gate'") == [("ingest",)]


def test_what_was_not_committed_is_not_kept(postgres_url: str) -> None:
    with gate_to(postgres_url) as gate:
        with gate.transaction() as transaction, transaction.reading() as connection:
            insert_changes(connection, [Change(ids=7)], 0)
        assert state_under(gate).pending == 0


def test_an_error_of_a_statement_keeps_nothing_and_the_next_transaction_works(postgres_url: str) -> None:
    with gate_to(postgres_url) as gate:
        with pytest.raises(StoreError) as caught:
            write_under(gate, "DELETE FROM gate", "SELECT 1 / 0")
        assert str(caught.value) == "the database could not be written: division by zero"
        assert execute(postgres_url, "SELECT one FROM gate") == [(1,)]
        write_under(gate, "SELECT 1")


def test_a_gate_may_be_closed_twice_and_opens_again(postgres_url: str) -> None:
    with gate_to(postgres_url) as gate:
        for _ in range(2):
            assert state_under(gate).pending == 0
            gate.close()
            gate.close()
