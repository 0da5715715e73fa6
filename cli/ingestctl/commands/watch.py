"""`ingestctl watch`."""

from collections.abc import Sequence
from uuid import UUID

import click

from ingestctl.commands.arguments import common
from ingestctl.commands.context import CliContext
from ingestctl.commands.output import JSONS, Form, output_option


@click.command()
@click.argument("ingestion_ids", metavar="INGESTION_ID...", type=click.UUID, nargs=-1, required=True)
@click.option("--timeout", type=click.FloatRange(min=0), metavar="SECONDS", help="Give up, with exit code 5.")
@click.option("--compact", is_flag=True, help="One row for each ingestion.")
@output_option(Form.TABLE, *JSONS, Form.ID)
@common
@click.pass_context
def watch(
    ctx: click.Context, ingestion_ids: Sequence[UUID], timeout: float | None, compact: bool, form: Form
) -> None:
    """Show ingestions live until they are completed.

    In a pipe, every change is a line. Ctrl-C ends the watching, never the ingestions. The exit code is 1 if an id
    failed or a batch was cancelled.
    """
    context = ctx.ensure_object(CliContext)
    ctx.exit(watch_to_the_end(context, list(map(str, ingestion_ids)), form, timeout, compact))


def watch_to_the_end(
    context: CliContext,
    ingestion_ids: list[str],
    form: Form = Form.TABLE,
    timeout: float | None = None,
    compact: bool = False,
) -> int:
    """Watch ingestions, which blocks, and return the exit code; raises the errors of `ingestctl.watch`."""
    from ingestctl.watch.ingestions import watch

    try:
        with context.polling_client() as client:
            return watch(
                client, ingestion_ids, timeout=timeout, compact=compact, quiet=context.quiet, output=form.value
            )
    except KeyboardInterrupt:
        again = context.command("watch", *ingestion_ids)
        goes, them = ("ingestion goes", "it") if len(ingestion_ids) == 1 else ("ingestions go", "them")
        context.notify(f"The {goes} on; watch {them} again with: {again}")
        raise
