"""Notice of an outage on stderr, for output that is not a live display."""

from collections.abc import Iterable, Iterator

from ingestctl.render.printing import print_line
from ingestctl.render.snapshot import Snapshot, State


def with_outage_notices(snapshots: Iterable[Snapshot[State]], quiet: bool = False) -> Iterator[Snapshot[State]]:
    """Yield every snapshot; when the service stops answering, print so once, unless `quiet`."""
    was_away = False
    for snapshot in snapshots:
        if snapshot.outage and not was_away and not quiet:
            print_line(f"Reconnecting: {snapshot.outage}", err=True)
        was_away = snapshot.outage is not None
        yield snapshot
