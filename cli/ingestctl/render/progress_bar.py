"""Progress bar on stderr for a large submission."""

import sys
from collections.abc import Iterator

from ingestctl.models import Accepted

_FEWEST_IDS = 100_000


def with_progress_bar(accepted: Iterator[Accepted], total: int, quiet: bool) -> Iterator[Accepted]:
    """Yield what is accepted; on a terminal, draw the part of the `total` ids that is done."""
    if quiet or total < _FEWEST_IDS or not sys.stderr.isatty():
        yield from accepted
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Submitting ids"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Rich would draw on stdout, too, even if that is redirected to a file.
    with Progress(
        *columns, console=Console(stderr=True), transient=True, redirect_stdout=sys.stdout.isatty()
    ) as bar:
        whole = bar.add_task("", total=total)
        for one in accepted:
            bar.advance(whole, one.ids)
            yield one
