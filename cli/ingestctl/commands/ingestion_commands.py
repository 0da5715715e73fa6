"""`ingestctl cancel`, `priority` and `retry`: commands that change one ingestion."""

from uuid import UUID

import click

from ingestctl.commands.arguments import common, ingestion_id_argument
from ingestctl.commands.context import CliContext
from ingestctl.commands.output import JSONS, Form, kept_on_stderr, output_option, print_one
from ingestctl.commands.priorities import PRIORITIES, PRIORITY, priority_option
from ingestctl.models import Ingestion, Priority
from ingestctl.render.eta import eta
from ingestctl.render.printing import print_line
from ingestctl.render.wording import counted


@click.command()
@ingestion_id_argument
@output_option(Form.TABLE, *JSONS, Form.ID)
@common
@click.pass_obj
def cancel(context: CliContext, ingestion_id: UUID, form: Form) -> None:
    """Cancel the batches of an ingestion that have not run.

    Its calls in flight finish.
    """
    with context.client() as client:
        ingestion = client.cancel(str(ingestion_id))
    cancelled = f"{ingestion.batches.cancelled:,} of {counted(ingestion.total, 'batch')} cancelled"
    _print(ingestion, form, cancelled)


@click.command()
@ingestion_id_argument
@click.argument("level", type=PRIORITY, metavar=PRIORITIES)
@output_option(Form.TABLE, *JSONS, Form.ID)
@common
@click.pass_obj
def priority(context: CliContext, ingestion_id: UUID, level: Priority, form: Form) -> None:
    """Change the priority of the batches that have not run.

    Within the new priority, the created time of the ingestion decides the order.
    """
    with context.client() as client:
        ingestion = client.set_priority(str(ingestion_id), level)
    _print(ingestion, form, "; ".join((f"now {ingestion.priority}", *eta(ingestion, context.now()))))


@click.command()
@ingestion_id_argument
@priority_option("Priority of the new ingestion; without it, the old one.")
@common
@click.pass_obj
def retry(context: CliContext, ingestion_id: UUID, priority: Priority | None) -> None:
    """Submit the failed ids again, as a new ingestion.

    Its id is printed.
    """
    with context.client() as client:
        again = client.retry(str(ingestion_id), priority)
    with kept_on_stderr([again]):
        print_line(again)


def _print(ingestion: Ingestion, form: Form, sentence: str) -> None:
    if form in JSONS:
        print_one(ingestion)
    else:
        print_line(ingestion.ingestion_id if form is Form.ID else f"{ingestion.ingestion_id}: {sentence}")
