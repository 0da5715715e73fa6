"""Large submissions: counted before they are parsed, and parsed in pieces, so that other threads take turns."""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from random import SystemRandom
from typing import Annotated

from msgspec import DecodeError, Meta
from msgspec.json import Decoder

from ingest_service.domain.model import LARGEST_ID, SMALLEST_ID
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.web.http.errors import InvalidInput
from ingest_service.web.ingest.requests import SubmissionBody, too_many

# Commas, quotes, colons and brackets beside the list of ids: parsing these takes some milliseconds.
MOST_MARKS = 10_000
PIECE_BYTES = 65_536
TOO_MUCH = f"may have at most {MOST_MARKS} commas, quotes, colons and brackets beside its ids"

_NAME = b'"ids"'
_LIST_BEGINS = re.compile(rb"\s{0,1000}:\s{0,1000}\[")
_ID = re.compile(rb"[1-9][0-9]{0,9}")
# What JSON takes for space.
_SPACE = b" \t\n\r"
# In half the time of pydantic.
_IDS = Decoder(list[Annotated[int, Meta(ge=SMALLEST_ID, le=LARGEST_ID)]])
# An id in place of all ids; no client can know it.
_STAND_IN = SystemRandom().randint(SMALLEST_ID, LARGEST_ID)


@dataclass(frozen=True, slots=True)
class ListOfIds:
    """Place of the list of ids in a body: the text between its brackets."""

    body: bytes
    start: int
    stop: int

    @property
    def rest(self) -> bytes:
        """The body with another, short list in its place."""
        return b"%b%d%b" % (self.body[: self.start], _STAND_IN, self.body[self.stop :])

    def count(self) -> int:
        """Return the number of ids, as the commas give it."""
        return sum(_count(self.body, b",", self.start, self.stop)) + 1

    def pieces(self) -> Iterator[bytes]:
        """Yield the text of neighbouring ids, some thousands at a time."""
        start = self.start
        while start <= self.stop:
            comma = self.body.find(b",", min(start + PIECE_BYTES, self.stop), self.stop)
            stop = self.stop if comma < 0 else comma
            yield self.body[start:stop]
            start = stop + 1

    def parse(self) -> PackedIds:
        """Read the ids. Raises InvalidInput for the first that is wrong."""
        if not self.body[self.start : self.stop].strip(_SPACE):
            raise InvalidInput({"ids": [SubmissionBody.allowed["ids"]]})
        packed = array("I")
        for piece in self.pieces():
            try:
                # Behind a last comma there is nothing: that would pass as an empty list.
                packed.extend(_IDS.decode(b"[%b]" % (piece.strip(_SPACE) or b",")))
            except DecodeError:
                raise _wrong_id(len(packed) + _first_wrong(piece)) from None
        return PackedIds.of(packed)


def find_ids(body: bytes) -> ListOfIds | None:
    """Find the list of ids; None where there is none of plain numbers."""
    name = body.find(_NAME)
    begin = _LIST_BEGINS.match(body, name + len(_NAME)) if name > 0 and body[name - 1 : name] != b"\\" else None
    stop = body.find(b"]", begin.end()) if begin else -1
    return ListOfIds(body, begin.end(), stop) if begin and stop >= 0 else None


def parse_large(body: bytes, max_ids: int) -> tuple[SubmissionBody, PackedIds]:
    """Read a submission, and its ids apart from it. Raises InvalidInput.

    What is beside the ids is counted before it is parsed: a deep tree of many megabytes costs seconds.
    """
    found = find_ids(body)
    rest = body if found is None else found.rest
    _require_few_marks(rest)
    try:
        submission = SubmissionBody.parse(rest)
    except InvalidInput as error:
        raise InvalidInput({**_wrong_ids(found, max_ids), **error.details}) from None
    if found is None:
        return submission, PackedIds.of(submission.ids)
    if submission.ids != [_STAND_IN]:
        raise InvalidInput({"ids": ["must be in the body once"]})
    return submission, _parse_ids(found, max_ids)


def _parse_ids(found: ListOfIds, max_ids: int) -> PackedIds:
    count = found.count()
    if count > max_ids:
        raise too_many(count, max_ids)
    return found.parse()


def _wrong_ids(found: ListOfIds | None, max_ids: int) -> dict[str, list[str]]:
    """Return what is wrong with the ids of a submission that is refused for something else."""
    if found is None or found.count() > max_ids:
        return {}
    try:
        found.parse()
    except InvalidInput as error:
        return error.details
    return {}


def _wrong_id(position: int) -> InvalidInput:
    return InvalidInput({"ids": [f"{SubmissionBody.allowed['ids[]']} (position {position})"]})


def _first_wrong(piece: bytes) -> int:
    """Return the position of the first text between commas that is not an id."""
    return next(i for i, text in enumerate(piece.split(b",")) if not _is_id(text.strip(_SPACE)))


def _is_id(text: bytes) -> bool:
    return bool(_ID.fullmatch(text)) and int(text) <= LARGEST_ID


def _require_few_marks(text: bytes) -> None:
    marks = 0
    for mark in (b",", b'"', b":", b"[", b"{"):
        for count in _count(text, mark, 0, len(text)):
            marks += count
            if marks > MOST_MARKS:
                raise InvalidInput({"body": [TOO_MUCH]})


def _count(text: bytes, mark: bytes, start: int, stop: int) -> Iterator[int]:
    """Yield the numbers of a mark in piece after piece, so that other threads run in between."""
    for piece in range(start, stop, PIECE_BYTES):
        yield text.count(mark, piece, min(piece + PIECE_BYTES, stop))
