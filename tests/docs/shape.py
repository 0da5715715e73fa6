"""Outputs compared in shape: what differs from run to run is masked."""

import json
import re
from itertools import product
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}(?:(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|…)")
_MASKS = (
    (UUID, "UUID"),
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.,]\d+(?:Z|\+00:00)?"), "TIME"),
    (re.compile(r"\d\d:\d\d:\d\d"), "TIME"),
    (re.compile(r"\b(?:\d+[dhms] ?)+(?![0-9a-z])"), "SPAN "),
    (re.compile(r"\b[0-9a-f]{16,}\b"), "TAG"),
    (re.compile(r"yet_to_start|triggered|completed"), "STATUS"),
    (re.compile(r"\d+(?:\.\d+)?(?:e[+-]\d+)?"), "0"),
    (re.compile(r"─+"), "─"),
    (re.compile(r"\s+"), " "),
)


def masked(text: str) -> str:
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text.strip()


def alike(documented: str, actual: str) -> bool:
    """Compare line by line, without blank lines: JSON by its keys and types, other text masked."""
    wanted, seen = _lines(documented), _lines(actual)
    return len(wanted) == len(seen) and all(map(_line_alike, wanted, seen))


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def _line_alike(wanted: str, seen: str) -> bool:
    try:
        return _json_alike(json.loads(wanted), json.loads(seen))
    except ValueError:
        return masked(wanted) == masked(seen)


def _json_alike(wanted: Any, seen: Any) -> bool:
    if wanted is None or seen is None:
        return True
    if isinstance(wanted, dict) and isinstance(seen, dict):
        return list(wanted) == list(seen) and all(_json_alike(wanted[key], seen[key]) for key in wanted)
    if isinstance(wanted, list) and isinstance(seen, list):
        return all(_json_alike(one, other) for one, other in product(wanted, seen))
    if isinstance(wanted, str) and isinstance(seen, str):
        return masked(wanted) == masked(seen)
    return isinstance(wanted, int | float) and isinstance(seen, int | float)
