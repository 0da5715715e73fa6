"""Idempotency keys: the same submission sent twice is one ingestion."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Self
from uuid import UUID

from ingest_service.domain.model import Submission
from ingest_service.errors import KeyReused
from ingest_service.stores.sql.database import Connection


@dataclass(frozen=True, slots=True)
class Key:
    """An idempotency key, with a digest of the submission it came with."""

    text: str
    digest: bytes

    @classmethod
    def of(cls, text: str, submission: Submission) -> Self:
        """Digest what makes two submissions the same."""
        if submission.origin is not None:
            return cls(text, blake2b(submission.origin.encode(), digest_size=16).digest())
        digest = blake2b(f"{submission.priority:d} {submission.deadline} ".encode(), digest_size=16)
        digest.update(submission.ids.packed)
        return cls(text, digest.digest())


def read_key(connection: Connection, key: Key) -> UUID | KeyReused | None:
    """Find the ingestion that came with this key before: its id, or an error if it was sent with other content."""
    row = connection.execute(
        "SELECT id, digest FROM idempotency_keys JOIN ingestions USING (sequence) WHERE key = ?", [key.text]
    ).fetchone()
    if row is None:
        return None
    return UUID(bytes=row[0]) if row[1] == key.digest else KeyReused(key.text)


def insert_key(connection: Connection, key: Key, sequence: int, created_at: int) -> None:
    """Keep the key of an ingestion that was accepted then, in place of the same key of one that is gone."""
    connection.execute(
        "INSERT INTO idempotency_keys (sequence, key, digest, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (key) "
        "DO UPDATE SET sequence = excluded.sequence, digest = excluded.digest, created_at = excluded.created_at",
        [sequence, key.text, key.digest, created_at],
    )
