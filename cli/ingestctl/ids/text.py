"""Ids in a text: numbers and ranges, between whitespace and commas."""

import re
from array import array
from collections.abc import Sequence
from typing import Annotated

from msgspec import DecodeError, Meta
from msgspec.json import Decoder

from ingestctl.errors import UsageError
from ingestctl.models import GREATEST_ID

MOST_IDS_AT_ONCE = 50_000_000

_JSON = Decoder(list[Annotated[int, Meta(ge=1, le=GREATEST_ID)]])
_RANGE = re.compile("([0-9]{1,10})-([0-9]{1,10})")
_LONGEST_QUOTE = 40
_BYTE_ORDER_MARK = "\ufeff"  # before every one of several files in a row


def ids_of_text(text: str) -> Sequence[int]:
    """Return the ids in their order, 4 bytes each; raises UsageError for the first word that is not an id."""
    if ids := _separated_once(text):
        return ids
    words = text.replace(",", " ").replace(_BYTE_ORDER_MARK, " ").split()
    return _numbers(words) or _ids_of_words(words)


def id_of_cell(text: str) -> int:
    """Return the id in a cell of a table; raises UsageError if it is not exactly one id."""
    if text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= GREATEST_ID:
        return int(text)
    raise UsageError(f"{_quoted(text)} is not an id: ids are whole numbers from 1 to {GREATEST_ID}.")


def check_count(count: int, what: str) -> None:
    """Raise UsageError if there are more ids than one command line may have; no list is that long on purpose."""
    if count > MOST_IDS_AT_ONCE:
        raise UsageError(f"{what} are {count:,} ids; at most {MOST_IDS_AT_ONCE:,} can be submitted at once.")


def _separated_once(text: str) -> Sequence[int] | None:
    """Return the ids if a newline or a comma stands between each two, which is read fastest; None if not so."""
    listed = text.strip().replace("\n", ",")
    try:
        return array("I", _JSON.decode(f"[{listed}]"))
    except DecodeError:
        return None


def _numbers(words: Sequence[str]) -> Sequence[int] | None:
    """Return the ids if all words are plain numbers, which is fast; None if any is not."""
    joined = "".join(words)
    if not (joined.isascii() and joined.isdigit()):
        return None
    try:
        ids = array("I", map(int, words))
    except (OverflowError, ValueError):
        return None
    return ids if min(ids) >= 1 and max(ids) <= GREATEST_ID else None


def _ids_of_words(words: Sequence[str]) -> Sequence[int]:
    ids: array[int] = array("I")
    for word in words:
        ids.extend(_range(word))
    return ids


def _range(word: str) -> range:
    if not (ends := _RANGE.fullmatch(word)):
        return range(_id(word), _id(word) + 1)
    first, last = _id(ends[1]), _id(ends[2])
    if first > last:
        raise UsageError(f"{word!r} is a range backwards: write {last}-{first}.")
    check_count(last - first + 1, repr(word))
    return range(first, last + 1)


def _id(word: str) -> int:
    try:
        return id_of_cell(word)
    except UsageError as error:
        raise UsageError(f"{str(error).rstrip('.')}, or ranges like 1-100.") from None


def _quoted(word: str) -> str:
    return repr(word if len(word) <= _LONGEST_QUOTE else f"{word[:_LONGEST_QUOTE]}…")
