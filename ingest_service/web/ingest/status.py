"""The body of `GET /status/<ingestion_id>`, written piece by piece."""

from collections.abc import Iterator

from ingest_service.domain.model import Ingestion, Status, batch_id
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
    ingestion = progress.ingestion
    yield f'{{"ingestion_id":"{ingestion.id}","status":"{progress.status}","batches":['
    separator = ""
    for start, stop, status in progress.runs():
        for first in range(start, stop, BATCHES_IN_PIECE):
            yield separator + _piece(ingestion, ids, first, min(stop, first + BATCHES_IN_PIECE), status)
            separator = ","
    yield "]}"


def _piece(ingestion: Ingestion, all_ids: PackedIds, start: int, stop: int, status: Status) -> str:
    """Format the batches from `start` up to `stop` with one template repeated, many times faster than dicts."""
    size = ingestion.batch_size
    ids = all_ids.span(start * size, stop * size)
    whole, rest = divmod(len(ids), size)
    rows = [_row(ingestion, size, status)] * whole + [_row(ingestion, rest, status)] * (rest > 0)
    cells = [0] * (stop - start + len(ids))
    cells[:: size + 1] = range(start, stop)
    for place in range(size):
        cells[place + 1 :: size + 1] = ids[place::size]
    return ",".join(rows) % tuple(cells)


def _row(ingestion: Ingestion, ids: int, status: Status) -> str:
    """Return the template of one batch: its number goes into the last 32 bits of its id, then come its ids."""
    prefix = str(batch_id(ingestion.id, 0))[:-8]
    return f'{{"batch_id":"{prefix}%08x","ids":[{",".join(["%d"] * ids)}],"status":"{status}"}}'
