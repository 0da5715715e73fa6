"""Removal of slots without a break in the hash chain: what was removed leaves its links, one row for each run."""

from collections.abc import Sequence
from typing import Any

from ingest_service.domain.audited import RemovedRun
from ingest_service.domain.chain import GENESIS
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.rows import in_list

_BEFORE = "FROM slots AS other WHERE other.number < slots.number AND other.link IS NOT NULL"
# Each slot with the one that it follows, and the end of the run that was removed before it.
_REMOVABLE = (
    f"SELECT number, link, (SELECT max(number) {_BEFORE}), "
    f"(SELECT link {_BEFORE} ORDER BY other.number DESC LIMIT 1), "
    "(SELECT max(last) FROM removed_slots WHERE last < slots.number), "
    "(SELECT link FROM removed_slots WHERE last < slots.number ORDER BY last DESC LIMIT 1) FROM slots "
    "WHERE number IN {} ORDER BY number"
)


def remove_slots(connection: Connection, numbers: Sequence[int]) -> None:
    """Remove slots, and keep what links their neighbours."""
    if not numbers:
        return
    rows = connection.execute(_REMOVABLE.format(in_list(numbers)), [*numbers]).fetchall()
    connection.executemany("DELETE FROM slots WHERE number = ?", [(number,) for number, *_ in rows])
    for run in _runs(rows):
        _insert(connection, run)


def _runs(rows: Sequence[Sequence[Any]]) -> list[RemovedRun]:
    """Return the runs that slots make; those of an older program have no link, and leave nothing."""
    runs: list[RemovedRun] = []
    for number, link, *neighbours in rows:
        if link is None:
            continue
        before = _before(*neighbours)
        if runs and runs[-1].link == before:
            runs[-1] = runs[-1]._replace(last=number, link=link)
        else:
            runs.append(RemovedRun(number, number, before, link))
    return runs


def _before(slot: int | None, link: bytes | None, removed: int | None, removed_link: bytes | None) -> bytes:
    """Return the link before a slot: of the slot before it, or of the run that was removed since."""
    if removed is not None and removed_link is not None and removed > (slot or 0):
        return removed_link
    return link or GENESIS


def _insert(connection: Connection, run: RemovedRun) -> None:
    """Write a run, as one with those that it links."""
    left = _read(connection, "link = ?", run.before) or run
    right = _read(connection, "before = ?", run.link) or run
    connection.execute("DELETE FROM removed_slots WHERE link = ? OR before = ?", [run.before, run.link])
    connection.execute(
        "INSERT INTO removed_slots (first, last, before, link) VALUES (?, ?, ?, ?)",
        [left.first, right.last, left.before, right.link],
    )


def _read(connection: Connection, where: str, link: bytes) -> RemovedRun | None:
    rows = connection.execute(f"SELECT first, last, before, link FROM removed_slots WHERE {where}", [link])
    return next(map(RemovedRun._make, rows), None)
