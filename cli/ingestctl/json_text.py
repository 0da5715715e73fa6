"""JSON as text, divided without being decoded: nothing of it is lost, however long or deep it is."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# A quotation mark that is left is that of a string without an end.
_MARK = re.compile(rf'[^][{{}},"]*+(?:{_STRING}[^][{{}},"]*+)*+([][{{}},"]|\Z)')
_MEMBER = re.compile(rf"\s*({_STRING})\s*:\s*(.*\S)\s*", re.DOTALL)
_STRING_OR_GAP = re.compile(rf"({_STRING})|([,:])\s*+")
_LEVELS = {"[": 1, "{": 1, "]": -1, "}": -1}


class JsonObject(Mapping[str, Any]):
    """A JSON object with its `text`, and the texts of its `members`; a member is decoded when it is read.

    Raises ValueError if the text is something else; reading a member raises it as `decode` does.
    """

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.members = dict(map(_member, _divided(self.text, "{}")))

    def __getitem__(self, name: str) -> Any:
        return decode(self.members[name])

    def __contains__(self, name: object) -> bool:
        return name in self.members

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"


def json_objects(text: str) -> list[JsonObject]:
    """Return the objects of a JSON array; raises ValueError if the text is something else."""
    return list(map(JsonObject, _divided(text, "[]")))


def decode(text: str) -> Any:
    """Return the value of JSON; raises ValueError for other text, and for too many levels or digits."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("JSON of too many levels for Python") from error


def readable(text: str) -> str:
    """Return JSON with letters for the escapes in its strings, and a blank behind every comma and colon."""
    return _STRING_OR_GAP.sub(lambda found: _unescaped(found[1]) if found[1] else f"{found[2]} ", text)


def _unescaped(string: str) -> str:
    return json.dumps(decode(string), ensure_ascii=False) if "\\" in string else string


def _member(text: str) -> tuple[str, str]:
    found = _MEMBER.fullmatch(text)
    if found is None:
        raise ValueError("not a JSON object")
    return json.loads(found[1]), found[2]


def _divided(text: str, brackets: str) -> list[str]:
    """Return the texts between the outermost commas of an object or array."""
    end = len(text) - 1
    if end < 1 or text[0] + text[end] != brackets:
        raise ValueError("not a JSON object or array")
    places = [0, *_outermost_commas(text, end), end]
    parts = [text[before + 1 : after] for before, after in pairwise(places)]
    return parts if len(parts) > 1 or parts[0].strip() else []


def _outermost_commas(text: str, end: int) -> Iterator[int]:
    level = 0
    for found in _MARK.finditer(text, 1, end):
        mark = found[1]
        level += _LEVELS.get(mark, 0)
        if level < 0 or mark == '"' or (level and not mark):
            raise ValueError("not a JSON object or array")
        if level == 0 and mark == ",":
            yield found.end() - 1
