"""Changes behind the back of a store."""

import sqlite3

from tests.stores.store import Store


def tamper(store: Store, statement: str) -> None:
    """Change the rows that the journal wrote."""

    def change(connection: sqlite3.Connection) -> None:
        connection.execute(statement)

    store.journal._database.write(change)
