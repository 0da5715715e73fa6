"""`ingestctl schedule`."""

import click

from ingestctl.commands.arguments import common, watch_option
from ingestctl.commands.context import CliContext
from ingestctl.commands.output import JSONS, Form, output_option, print_all


@click.command()
@click.option(
    "--slots", type=click.IntRange(1, 1000), default=20, show_default=True, help="Greatest number of slots."
)
@watch_option(help="Show them live, until Ctrl-C.")
@output_option(Form.TABLE, *JSONS)
@common
@click.pass_obj
def schedule(context: CliContext, slots: int, watched: bool, form: Form) -> None:
    """Show the next slots, with their times and ids."""
    if watched:
        _watch(context, slots)
        return
    with context.client() as client:
        planned = client.schedule(slots)
    if form in JSONS:
        print_all(planned.slots, form)
    elif planned.slots:
        from ingestctl.watch.schedule import show_schedule

        show_schedule(planned, context.now())
    else:
        context.notify("Nothing waits.")


def _watch(context: CliContext, slots: int) -> None:
    from ingestctl.watch.schedule import watch_schedule

    with context.polling_client() as client:
        watch_schedule(client, slots)
