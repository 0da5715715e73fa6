"""Rules that JSON Schema cannot express; schemathesis imports this module.

For JSON Schema 5.0 is an integer, for the service it is not; and a deadline has to be before 2262. In a query a
list of one looks like what is in it, and an empty list like nothing.
"""

from typing import Any

import schemathesis


@schemathesis.hook
def map_body(_context: Any, body: Any) -> Any:
    """Return a body without these two mistakes, so that it is a valid submission if they were the only ones."""
    if not isinstance(body, dict):
        return body
    mended = dict(body)
    if isinstance(body.get("ids"), list):
        mended["ids"] = [_mended(record_id) for record_id in body["ids"]]
    if str(body.get("deadline", "")) >= "2262":
        del mended["deadline"]
    return mended


@schemathesis.hook
def filter_query(_context: Any, query: Any) -> bool:
    """Return whether a query can be told from one without lists, which may be valid."""
    return not isinstance(query, dict) or all(
        not isinstance(value, list) or len(value) > 1 for value in query.values()
    )


def _mended(record_id: Any) -> Any:
    return int(record_id) if isinstance(record_id, float) and record_id.is_integer() else record_id
