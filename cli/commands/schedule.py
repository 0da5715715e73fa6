"""`ingestctl schedule`."""

from collections.abc import Sequence
from datetime import datetime

import click

from cli.arguments import common
from cli.moments import ahead
from cli.output import JSONS, Form, output_option, print_all, print_rows
from cli.rows import Rows
from cli.schedule import Slot
from cli.setup import Setup


@click.command()
@click.option("--slots", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many.")
@click.option("--watch", "watched", is_flag=True, help="Show them live, until Ctrl-C.")
@output_option(Form.TABLE, *JSONS)
@common
@click.pass_obj
def schedule(setup: Setup, slots: int, watched: bool, form: Form) -> None:
    """Tell what runs in the next slots, and when."""
    if watched:
        _watch(setup, slots)
        return
    with setup.client() as client:
        planned = client.schedule(slots).slots
    if form in JSONS:
        print_all(planned, form)
    elif planned:
        print_rows(_rows(planned, setup.now()))
    else:
        setup.say("Nothing waits.")


def _watch(setup: Setup, slots: int) -> None:
    from cli.board import watch_schedule

    with setup.watching_client() as client:
        watch_schedule(client, slots)


def _rows(slots: Sequence[Slot], now: datetime) -> Rows:
    """Return a row for every batch."""
    rows = [
        (ahead(slot.opens_at, now), batch.priority, ", ".join(map(str, batch.ids)), batch.ingestion_id)
        for slot in slots
        for batch in slot.batches
    ]
    return Rows(("Opens at", "Priority", "Ids", "Ingestion"), rows)
