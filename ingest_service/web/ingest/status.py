"""The body of `GET /status/<ingestion_id>`, written piece by piece."""

from collections.abc import Iterator

from ingest_service.domain.model import Status
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.web.http.conditional import entity_tag

# Pieces of about a thousand batches are over the 18 kB that the server sends at once, and each takes well
# under a millisecond, so that other requests are answered in between.
BATCHES_IN_PIECE = 1000


def status_tag(progress: Progress) -> str:
    """Return a strong entity tag of all that the body says, without making it."""
    return entity_tag(f"{progress.ingestion.id} {progress.released} {progress.cancelled} {sorted(progress.open)}")


def status_body(progress: Progress, ids: PackedIds) -> Iterator[str]:
    """Yield the JSON text. For a million ids it is 38 MB; one piece at a time is in memory."""
    name, size = str(progress.ingestion.id), progress.ingestion.batch_size
    yield f'{{"ingestion_id":"{name}","status":"{progress.status.value}","batches":['
    separator = ""
    for start, stop, status in progress.runs():
        for first in range(start, stop, BATCHES_IN_PIECE):
            last = min(stop, first + BATCHES_IN_PIECE)
            yield separator + _piece(_Row(name, status), size, first, ids.span(first * size, last * size))
            separator = ","
    yield "]}"


class _Row:
    """Template of a batch of this status: its number goes into the last 32 bits of its id, then come its ids."""

    def __init__(self, ingestion_id: str, status: Status) -> None:
        self._begin = f'{{"batch_id":"{ingestion_id[:-8]}%08x","ids":['
        self._end = f'],"status":"{status.value}"}}'

    def of(self, ids: int) -> str:
        """Return it for a batch of this number of ids."""
        return f"{self._begin}{','.join(['%d'] * ids)}{self._end}"


def _piece(row: _Row, size: int, start: int, ids: tuple[int, ...]) -> str:
    """Format batches from the number `start` on with one template repeated, many times faster than dicts."""
    whole, rest = divmod(len(ids), size)
    count = whole + (rest > 0)
    cells = [0] * (count + len(ids))
    cells[:: size + 1] = range(start, start + count)
    for place in range(size):
        cells[place + 1 :: size + 1] = ids[place::size]
    return ",".join([row.of(size)] * whole + [row.of(rest)] * (rest > 0)) % tuple(cells)
