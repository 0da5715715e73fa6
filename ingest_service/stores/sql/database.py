"""Interface of an SQL database."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Cursor(Protocol):
    """The rows of one statement."""

    @property
    def rowcount(self) -> int:
        """Number of rows that a statement changed."""

    def fetchone(self) -> Any:
        """Return the next row, None if there is none."""

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the rows that are left."""


class Connection(Protocol):
    """A connection inside a transaction.

    Statements may be on their way until something of a cursor is asked for: what is not needed is not waited for.
    """

    def execute(self, statement: str, parameters: Sequence[Any] = ..., /) -> Cursor:
        """Run one statement with `?` for each parameter."""

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> Cursor:
        """Run one statement that returns nothing with the parameters of each row; `rowcount` is the sum."""


class Database(Protocol):
    """A database that many threads read and write. Raises StoreError, StoreStopped when it does not run."""

    def start(self) -> None:
        """Open the database and bring its schema up to date."""

    def stop(self) -> None:
        """Finish the writes that were asked for and close it. May be called twice; `start` opens it again."""

    @property
    def alive(self) -> bool:
        """True while it can be written. Does not touch the disk."""

    @property
    def damage(self) -> str | None:
        """Sentence about damage of the database that was found since the start of the process, else None."""

    def read(self) -> AbstractContextManager[Connection]:
        """Lend a connection inside a read transaction: all that it reads is of one moment."""

    def write(self, statements: Callable[[Any], T]) -> T:
        """Run statements in a transaction, block until it is durable and return their result.

        The statements may run twice, the first time rolled back.
        """

    def probe(self) -> None:
        """Raise StoreError if it cannot be written now; it may write a little to find out."""
