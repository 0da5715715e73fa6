"""Ingestions, shown once or until their end: as screens on a terminal, as lines everywhere else."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from rich.console import Console

from ingestctl.client import Client
from ingestctl.errors import TimedOutError
from ingestctl.render.lines import Ingestions, changes, ended_ids, last_states, line, states, summaries
from ingestctl.render.live import LiveDisplay, can_draw
from ingestctl.render.printing import print_line, print_lines
from ingestctl.render.screen import compact_screen, screen
from ingestctl.render.snapshot import Snapshot
from ingestctl.render.summary import ending, flawless, summary
from ingestctl.render.view import IngestionView, untimed
from ingestctl.watch.fetch import Select, around, fetch, none, released
from ingestctl.watch.outages import with_outage_notices
from ingestctl.watch.poll import Fetch, poll

_TABLE = "table"


def show(client: Client, ingestion_id: str) -> None:
    """Print an ingestion: a screen on a terminal, a line for every batch elsewhere."""
    console = Console()
    if can_draw(console):
        view = fetch(client, ingestion_id, around)
        console.print(screen(Snapshot((view,)), console.size, client.now()))
    else:
        view = untimed(client.status(ingestion_id))
        print_lines([*map(line, view.batches), summary(view)])


def watch(
    client: Client, ingestion_ids: list[str], *, timeout: float | None, compact: bool, quiet: bool, output: str
) -> int:
    """Show ingestions until all have ended, and return the exit code; blocks, in the main thread.

    0: every batch is completed and no id failed; 1: an id failed, or batches were cancelled.
    `output` is "table" (a screen on a terminal; elsewhere a line for every change of a batch, or with `compact`
    of an ingestion), "jsonl" (a line for every change), "json" (all, at the end) or "id" (of those that end).
    This goes to stdout, notices go to stderr; `quiet` leaves out the notices and the table.
    The client should not retry by itself, or outages are not shown. Raises TimedOutError after `timeout` seconds,
    UnreachableError when the service stays away for long, and what the client raises.
    """
    console = Console()
    if output == _TABLE and not quiet and can_draw(console):
        display = LiveDisplay(console, compact_screen if compact else screen, client.now)
        last = display.show(poll(_fetches(client, ingestion_ids, around), timeout, display.wait))
    else:
        form = _FORMS.get(output, _table(compact, quiet))
        fetches = _fetches(client, ingestion_ids, form.select)
        last = _print_all(with_outage_notices(poll(fetches, timeout), quiet), form)
    if not quiet:
        print_line(ending(last.states), err=output != _TABLE)
    return 0 if flawless(last.states) else 1


def _nothing(*_: object) -> Iterable[str]:
    return ()


class _Form(NamedTuple):
    """A form of output: the batches to fetch, the lines of every snapshot, and those of the last one."""

    select: Select
    each: Callable[[Ingestions | None, Ingestions], Iterable[str]] = _nothing
    last: Callable[[Ingestions], Iterable[str]] = _nothing


_FORMS = {
    "json": _Form(none, last=last_states),
    "jsonl": _Form(released, states),
    "id": _Form(none, ended_ids),
}


def _table(compact: bool, quiet: bool) -> _Form:
    if quiet:
        return _Form(none)
    return _Form(none, summaries) if compact else _Form(released, changes)


def _fetches(client: Client, ingestion_ids: list[str], select: Select) -> list[Fetch[IngestionView]]:
    return [partial(fetch, client, ingestion_id, select) for ingestion_id in dict.fromkeys(ingestion_ids)]


def _print_all(snapshots: Iterable[Ingestions], form: _Form) -> Ingestions:
    """Print the lines of every snapshot, of at least one, and return the last; after a timeout, raise that."""
    before: Ingestions | None = None
    timeout: TimedOutError | None = None
    try:
        for snapshot in snapshots:
            print_lines(form.each(before, snapshot))
            before = snapshot
    except TimedOutError as error:
        timeout = error
    assert before is not None, "the first snapshot comes before anything can go wrong"
    print_lines(form.last(before))
    if timeout:
        raise timeout
    return before
