"""The hash chain of the ledger: each slot has a link, made of the link before it and of all that the slot says.

A slot gets its link when it opens, and another one, made of that, when it ends. So a row that is changed, missing
or in another place breaks the chain there.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from ingest_service.domain.ledger import Outcome, Retry, Slot, Verdict

# What comes before the first link.
GENESIS = b""


def calls_hash(calls: Iterable[tuple[int, int, int]]) -> bytes:
    """Return the hash of the calls of a slot, in order: (sequence of the ingestion, position of the id, id)."""
    return sha256(
        ";".join([f"{sequence} {position} {record}" for sequence, position, record in calls]).encode()
    ).digest()


def opening_link(
    previous: bytes, number: int, opened_at: int, replica: str | None, times: str, hash_of_calls: bytes
) -> bytes:
    """Return the link of a slot that opens; `times` are those that only its engine knows."""
    return _link(previous, f"opened {number} {opened_at} {times!r} {replica!r}".encode() + hash_of_calls)


def closing_link(opening: bytes, closed_at: int, times: str, lag: int | None, fates: str | None) -> bytes:
    """Return the link of a slot that ends, made of the one that it opened with."""
    return _link(opening, f"closed {closed_at} {times!r} {lag} {fates}".encode())


def fates_of(slot: Slot, verdicts: Sequence[Verdict]) -> str:
    """Return a letter for each call of a slot: done, failed, to be called again, refused, or uncalled.

    One that was refused for the credentials is no attempt, though it was made.
    """
    return "".join(_fate(verdict, batch.attempts) for batch, own in slot.by_batch(verdicts) for verdict in own)


def _fate(verdict: Verdict, attempts: int) -> str:
    """Return the letter of an id that had this number of attempts before."""
    match verdict:
        case Outcome(error=None):
            return "d"
        case Outcome():
            return "f"
        case Retry():
            return "a" if verdict.attempts > attempts else "r"
    return "u"


def _link(previous: bytes, content: bytes) -> bytes:
    return sha256(previous + content).digest()
