"""Text of the service or of its upstream, made safe for a terminal."""

import re

# C0, DEL and C1 (ECMA-48), line separators, controls of the direction of writing (UAX #9), lone surrogates.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """Return a text on one line, with its control characters written as the escapes of JSON."""
    return _CONTROL.sub(lambda control: f"\\u{ord(control[0]):04x}", text)
