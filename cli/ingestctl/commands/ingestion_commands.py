"""`ingestctl cancel`, `priority` and `retry`: what becomes of one ingestion."""

from uuid import UUID

import click

from ingestctl.commands.arguments import PRIORITIES, PRIORITY, common, ingestion_id_argument, priority_option
from ingestctl.commands.context import CliContext
from ingestctl.commands.output import JSONS, Form, output_option, print_one
from ingestctl.models import Ingestion, Priority
from ingestctl.render.eta import eta


@click.command()
@ingestion_id_argument
@output_option(Form.TABLE, *JSONS, Form.ID)
@common
@click.pass_obj
def cancel(context: CliContext, ingestion_id: UUID, form: Form) -> None:
    """Take back what has not run of an ingestion.

    Its calls in flight finish.
    """
    with context.client() as client:
        ingestion = client.cancel(str(ingestion_id))
    cancelled = f"{ingestion.batches.cancelled:,} of {ingestion.total:,} batches cancelled"
    _print(ingestion, form, cancelled)


@click.command()
@ingestion_id_argument
@click.argument("level", type=PRIORITY, metavar=PRIORITIES)
@output_option(Form.TABLE, *JSONS, Form.ID)
@common
@click.pass_obj
def priority(context: CliContext, ingestion_id: UUID, level: Priority, form: Form) -> None:
    """Change how urgent the rest of an ingestion is.

    Among those of its new priority, it goes by its age.
    """
    with context.client() as client:
        ingestion = client.set_priority(str(ingestion_id), level)
    _print(ingestion, form, "; ".join((f"now {ingestion.priority}", *eta(ingestion, context.now()))))


@click.command()
@ingestion_id_argument
@priority_option("How urgent it is; without it, as before.")
@common
@click.pass_obj
def retry(context: CliContext, ingestion_id: UUID, priority: Priority | None) -> None:
    """Submit the ids that failed again, as a new ingestion.

    Its id is printed.
    """
    with context.client() as client:
        click.echo(client.retry(str(ingestion_id), priority))


def _print(ingestion: Ingestion, form: Form, sentence: str) -> None:
    if form in JSONS:
        print_one(ingestion)
    else:
        click.echo(ingestion.ingestion_id if form is Form.ID else f"{ingestion.ingestion_id}: {sentence}")
