"""What JSON Schema cannot say of a submission; schemathesis imports this.

To JSON Schema 5.0 is an integer, to the service it is none, and a time has no end, while a deadline comes
before 2262.
"""

from typing import Any

import schemathesis


@schemathesis.hook
def map_body(_context: Any, body: Any) -> Any:
    """Return a body that is a submission, if it would be one but for that."""
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
