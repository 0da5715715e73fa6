"""Opaque page cursor."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from ingest_service.domain.model import FIRST_SEQUENCE, LAST_SEQUENCE


def cursor_of(sequence: int) -> str:
    """Return the cursor of a page that ends with this sequence."""
    return urlsafe_b64encode(str(sequence).encode()).decode().rstrip("=")


def sequence_of(cursor: str) -> int:
    """Return the sequence with which the page of a cursor ends. Raises ValueError for any other text."""
    sequence = int(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    if not FIRST_SEQUENCE <= sequence <= LAST_SEQUENCE or cursor_of(sequence) != cursor:
        raise ValueError(cursor)
    return sequence
