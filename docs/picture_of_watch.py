"""Draws docs/watch.svg: what `ingestctl watch` shows of a real run, in about a quarter of a minute.

Run it from the root of the repository: python -m docs.picture_of_watch
"""

import io
import re
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console, ConsoleDimensions

from benchmarks.serving import REAL, serving
from ingestctl.client import Client
from ingestctl.models import Ingestion, Priority
from ingestctl.render.screen import screen
from ingestctl.render.snapshot import Snapshot
from ingestctl.render.times import here_and_now
from ingestctl.render.view import IngestionView
from ingestctl.watch.fetch import around, fetch
from ingestctl.watch.poll import poll

PICTURE = Path(__file__).with_name("watch.svg")
SIZE = ConsoleDimensions(86, 24)
# The picture needs nothing from elsewhere: any monospaced font will do.
FORMAT = re.sub(r"@font-face {{.*?}}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


def run(client: Client) -> Snapshot[IngestionView]:
    """Return the snapshot when two batches are completed, one runs, and something more urgent has arrived."""
    ingestion_id = client.submit(range(3001, 3021), Priority.MEDIUM)
    for snapshot in poll([partial(fetch, client, ingestion_id, around)]):
        whole = snapshot.states[0].whole
        assert isinstance(whole, Ingestion), "this service has times"
        if whole.why and whole.why.ahead:
            return snapshot
        if whole.completed == 2 and whole.batches.triggered:
            client.submit(range(7001, 7006), Priority.HIGH)
    raise AssertionError("it ended before anything more urgent arrived")


def svg(snapshot: Snapshot[IngestionView]) -> str:
    """Return the picture of a snapshot."""
    console = Console(record=True, file=io.StringIO(), width=SIZE.width, color_system="truecolor")
    console.print(screen(snapshot, SIZE, here_and_now()))
    command = f"ingestctl watch {snapshot.states[0].whole.ingestion_id}"
    return console.export_svg(title=command, code_format=FORMAT, unique_id="watch")


def main() -> None:
    """Write the picture."""
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        port, _ = stack.enter_context(
            serving(Path(folder) / "ingest.db", *REAL, INGEST_SIMULATED_DELAY_SECONDS="3")
        )
        client = stack.enter_context(Client(f"http://localhost:{port}"))
        PICTURE.write_text(svg(run(client)))


if __name__ == "__main__":
    main()
