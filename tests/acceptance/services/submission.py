"""The faults of a submission."""

import json
from typing import Any

PRIORITIES = ("HIGH", "MEDIUM", "LOW")
GREATEST_ID = 10**9 + 7


def problems(body: bytes) -> dict[str, list[str]]:
    """Return the sentences by field, none for a right submission."""
    try:
        submitted = json.loads(body)
    except ValueError:
        submitted = None
    if not isinstance(submitted, dict):
        return {"body": ["must be a JSON object"]}
    wrong = {"ids": not are_ids(submitted.get("ids")), "priority": submitted.get("priority") not in PRIORITIES}
    return {field: ["is wrong"] for field, is_wrong in wrong.items() if is_wrong}


def are_ids(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(type(i) is int and 1 <= i <= GREATEST_ID for i in value)
