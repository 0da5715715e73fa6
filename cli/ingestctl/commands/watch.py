"""`ingestctl watch`."""

import math
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import click

from ingestctl.commands.arguments import common, ingestion_ids_argument
from ingestctl.commands.context import CliContext
from ingestctl.commands.output import JSONS, Form, output_option


class Seconds(click.FloatRange):
    """A number of seconds in a range; "nan" is in none, and "inf" is no end."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number; raises click.BadParameter if it is not a finite one."""
        seconds = super().convert(value, param, ctx)
        if not math.isfinite(seconds):
            self.fail(f"{value!r} is not a number of seconds.", param, ctx)
        return seconds


@click.command()
@ingestion_ids_argument
@click.option("--timeout", type=Seconds(min=0), metavar="SECONDS", help="Give up, with exit code 5.")
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
