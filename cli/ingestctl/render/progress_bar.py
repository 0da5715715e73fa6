"""A progress bar on stderr for what takes long to submit."""

import sys
from collections.abc import Iterator

from ingestctl.models import Accepted

_FEWEST_IDS = 100_000


def with_progress_bar(accepted: Iterator[Accepted], total: int, quiet: bool) -> Iterator[Accepted]:
    """Yield what is accepted, and draw how many of the `total` ids that makes, if there is a terminal to do it."""
    if quiet or total < _FEWEST_IDS or not sys.stderr.isatty():
        yield from accepted
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Submitting ids"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Rich would draw stdout, too, which belongs to the one who redirected it.
    with Progress(
        *columns, console=Console(stderr=True), transient=True, redirect_stdout=sys.stdout.isatty()
    ) as bar:
        whole = bar.add_task("", total=total)
        for one in accepted:
            bar.advance(whole, one.ids)
            yield one
