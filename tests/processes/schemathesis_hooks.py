"""Rules for a submission that JSON Schema cannot express; schemathesis imports this module.

For JSON Schema 5.0 is an integer, for the service it is not; and a deadline has to be before 2262.
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


def _mended(record_id: Any) -> Any:
    return int(record_id) if isinstance(record_id, float) and record_id.is_integer() else record_id
