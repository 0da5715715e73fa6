"""Accepting a group of submissions in one transaction under the gate."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any
from uuid import UUID

from ingest_service.domain.model import Submission
from ingest_service.errors import KeyReused
from ingest_service.stores.postgres.changes import Change, PendingQuery, insert_changes
from ingest_service.stores.postgres.gate import Gate, GateTransaction
from ingest_service.stores.sql.keys import Key

# More bytes of ids are written before the gate is taken: the 4 MB of a million take a tenth of a second.
_MOST_UNDER_GATE = 65_536

# In both, the sequences are drawn under the gate, so that they follow the commits.
_INSERTED = """
    INSERT INTO ingestions (id, priority, created_at, batch_size, ids)
    SELECT id, priority, wall_clock(), batch_size, ids FROM submitted ORDER BY n
    RETURNING sequence, id, priority, created_at
"""
# An update does not write the ids again.
_WRITTEN_BEFORE = """
    UPDATE ingestions SET sequence = DEFAULT, created_at = wall_clock() FROM submitted
    WHERE ingestions.id = submitted.id
    RETURNING ingestions.sequence, ingestions.id, ingestions.priority, created_at
"""
# The key of an ingestion that is gone may come again with another one. The sequences follow the order of the rows.
_ACCEPTED = """
WITH before AS (
    SELECT coalesce((SELECT pending FROM changes ORDER BY version DESC LIMIT 1), 0) AS waiting
), submitted AS (
    SELECT * FROM unnest(?::bytea[], ?::smallint[], ?::integer[], ?::bytea[], ?::bigint[], ?::text[], ?::bytea[],
        ?::text[], ?::bigint[]) WITH ORDINALITY
        AS one (id, priority, batch_size, ids, deadline, key, digest, cause, total, n)
    {condition}
), accepted AS ({accepted}), waiting AS (
    INSERT INTO backlog (sequence, priority, released) SELECT sequence, priority, 0 FROM accepted
), promised AS (
    INSERT INTO deadlines (sequence, deadline)
    SELECT sequence, deadline FROM accepted JOIN submitted USING (id) WHERE deadline IS NOT NULL
), keyed AS (
    INSERT INTO idempotency_keys (sequence, key, digest, created_at)
    SELECT sequence, key, digest, created_at FROM accepted JOIN submitted USING (id) WHERE key IS NOT NULL
    ON CONFLICT (key) DO UPDATE
    SET sequence = excluded.sequence, digest = excluded.digest, created_at = excluded.created_at
)
INSERT INTO changes (at, sequence, priority, cause, pending)
SELECT created_at, sequence, accepted.priority, cause, waiting + total
FROM accepted JOIN submitted USING (id), before ORDER BY n
"""
# For rows that are accepted all or none.
_NOTHING_IS_KNOWN = """
    WHERE (SELECT waiting FROM before) + ? <= ?
    AND NOT EXISTS (SELECT FROM ingestions WHERE id = ANY (?))
    AND NOT EXISTS (SELECT FROM idempotency_keys WHERE key = ANY (?))
"""
_INSERT = _ACCEPTED.format(condition="", accepted=_INSERTED)
_COMPLETE = _ACCEPTED.format(condition="", accepted=_WRITTEN_BEFORE)
_INSERT_NEW = _ACCEPTED.format(condition=_NOTHING_IS_KNOWN, accepted=_INSERTED)


@dataclass(frozen=True, slots=True)
class Request:
    """A submission that asks to be accepted, with its idempotency key."""

    submission: Submission
    key: Key | None

    @property
    def is_large(self) -> bool:
        """True if its ids would be written for so long that others should not wait for that under the gate."""
        return len(self.submission.ids.packed) > _MOST_UNDER_GATE


@dataclass(frozen=True, slots=True)
class NoRoom:
    """The answer where `missing` ids too many would wait."""

    missing: int


# The id of the ingestion that stands for the submission, or why there is none.
Answer = UUID | KeyReused | NoRoom


class AdmissionBook:
    """The facts by which a group is judged: the ids that wait, the keys, and what was accepted already."""

    def __init__(self, most_ids: int, pending: int, kept: set[bytes], keys: dict[str, tuple[UUID, bytes]]) -> None:
        self._most_ids = most_ids
        self._pending = pending
        self._kept = kept
        self._keys = keys
        self.accepted: list[Request] = []

    def judge(self, request: Request) -> Answer:
        """Return the answer to a request; what is accepted takes room from those behind it."""
        submission, key = request.submission, request.key
        if submission.id.bytes in self._kept:
            return submission.id
        if key is not None and key.text in self._keys:
            ingestion_id, digest = self._keys[key.text]
            return ingestion_id if digest == key.digest else KeyReused(key.text)
        missing = self._pending + len(submission.ids) - self._most_ids
        if missing > 0:
            return NoRoom(missing)
        self._pending += len(submission.ids)
        self.accepted.append(request)
        if key is not None:
            self._keys[key.text] = submission.id, key.digest
        return submission.id


def admit_group(gate: Gate, requests: Sequence[Request], most_ids: int) -> list[Answer]:
    """Accept what there is room for, in order; at most `most_ids` wait then. Return the answers, durable.

    Blocks on the database. A group whose commit had no answer may be asked again: what was kept is found by its
    id. Raises StoreError, and CommitNotCertain where some of it may be kept.
    """
    if _admit_new(gate, requests, most_ids):
        return [request.submission.id for request in requests]
    with gate.transaction() as transaction:
        return _admit(transaction, requests, most_ids)


def _admit_new(gate: Gate, requests: Sequence[Request], most_ids: int) -> bool:
    """Accept requests in one round trip if all are new and have room: others wait for the gate half as long."""
    keys = [request.key.text for request in requests if request.key is not None]
    if len(set(keys)) < len(keys):
        return False
    ids = [request.submission.id.bytes for request in requests]
    total = sum(len(request.submission.ids) for request in requests)
    columns = _columns(requests)
    with gate.transaction() as transaction, transaction.at_once() as connection:
        accepted = connection.execute(_INSERT_NEW, [*columns, total, most_ids, ids, keys])
    return accepted.rowcount == len(requests)


def admit_large(gate: Gate, request: Request, most_ids: int) -> Answer:
    """Accept one submission as `admit_group` does, but write its ids before the gate is taken."""
    one = request.submission
    with gate.transaction() as transaction:
        with transaction.preparing() as connection:
            written = connection.execute(
                "INSERT INTO ingestions (id, priority, created_at, batch_size, ids) VALUES (?, ?, 0, ?, ?) "
                "ON CONFLICT (id) DO NOTHING",
                [one.id.bytes, one.priority, one.batch_size, one.ids.packed],
            )
        (answer,) = _admit(transaction, [request], most_ids, written=written.rowcount == 1)
        return answer


def _admit(
    transaction: GateTransaction, requests: Sequence[Request], most_ids: int, *, written: bool = False
) -> list[Answer]:
    """Judge requests, and commit what is accepted; `written` says that this transaction wrote their ids before."""
    with transaction.reading() as connection:
        pending = PendingQuery(connection)
        kept = connection.execute(
            "SELECT id FROM ingestions WHERE id = ANY (?)", [[one.submission.id.bytes for one in requests]]
        )
        keys = connection.execute(
            "SELECT key, id, digest FROM idempotency_keys JOIN ingestions USING (sequence) WHERE key = ANY (?)",
            [[one.key.text for one in requests if one.key is not None]],
        )
    waiting = pending.result()
    found = set() if written else {ingestion_id for (ingestion_id,) in kept}
    book = AdmissionBook(most_ids, waiting, found, {key: (UUID(bytes=i), digest) for key, i, digest in keys})
    answers = [book.judge(request) for request in requests]
    if book.accepted:
        with transaction.writing() as connection:
            connection.execute(_COMPLETE if written else _INSERT, _columns(book.accepted, written=written))
    elif found:
        # This commit says nothing, but waits until what was kept before is durable.
        with transaction.writing() as connection:
            insert_changes(connection, [Change()], waiting)
    return answers


def _columns(requests: Sequence[Request], *, written: bool = False) -> list[list[Any]]:
    """Return the columns of requests for a statement that accepts them; ids that are `written` are left out."""
    submissions = [request.submission for request in requests]
    return [
        [one.id.bytes for one in submissions],
        [one.priority for one in submissions],
        [one.batch_size for one in submissions],
        [b"" if written else one.ids.packed for one in submissions],
        [one.deadline for one in submissions],
        [None if request.key is None else request.key.text for request in requests],
        [None if request.key is None else request.key.digest for request in requests],
        [f"ingestion {one.id}, {one.priority.name}" for one in submissions],
        list(accumulate(len(one.ids) for one in submissions)),
    ]
