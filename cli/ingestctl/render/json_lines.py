"""JSON on one line, as stdout can show it."""

import codecs
import json
import re
import sys

from ingestctl.json_text import JsonObject
from ingestctl.printable import printable

_BREAK = re.compile("[\t\r\n]")
_NOT_ASCII = re.compile("[^\x00-\x7f]")


def as_json(value: object) -> str:
    """Return a value as JSON on one line; that of a JsonObject is its text."""
    return one_line(value.text if isinstance(value, JsonObject) else json.dumps(value, ensure_ascii=False))


def one_line(text: str) -> str:
    """Return JSON on one line; control characters, and those that stdout cannot show, are escaped."""
    line = printable(_BREAK.sub(" ", text))  # in JSON, breaks are between the values only
    return line if _shows_unicode() else _NOT_ASCII.sub(lambda character: json.dumps(character[0])[1:-1], line)


def _shows_unicode() -> bool:
    return codecs.lookup(sys.stdout.encoding or "ascii").name.startswith("utf")
