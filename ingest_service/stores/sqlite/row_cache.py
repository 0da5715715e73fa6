"""Rows in memory, as they were read since the last commit."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any

# Rows are forgotten when there are more. The largest ones have some thousand ids of four bytes.
MOST_ROWS = 256
_UNKNOWN = object()


class RowCache:
    """Returns rows again that were read before, as long as no commit can have changed them.

    It saves calls of SQLite: each call lets other threads run first. Any thread; the block `changing` is of the
    one that commits.
    """

    def __init__(self) -> None:
        # None while a commit changes rows. After it comes another dictionary: a row that was read before the
        # commit goes into the former one, where nothing looks any more.
        self._rows: dict[Hashable, Any] | None = {}

    def row(self, key: Hashable, read: Callable[[], Any]) -> Any:
        """Return the row of this key, read now or before."""
        rows = self._rows
        if rows is None:
            return read()
        row = rows.get(key, _UNKNOWN)
        if row is _UNKNOWN:
            row = read()
            if len(rows) >= MOST_ROWS:
                rows.clear()
            rows[key] = row
        return row

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Forget all rows, and keep none until the block ends."""
        self._rows = None
        try:
            yield
        finally:
            self.forget()

    def forget(self) -> None:
        """Forget all rows."""
        self._rows = {}
