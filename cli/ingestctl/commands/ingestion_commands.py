"""`ingestctl cancel`, `priority` and `retry`: commands that change ingestions."""

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

import click

from ingestctl.commands.arguments import common, ingestion_ids_argument
from ingestctl.commands.context import CliContext
from ingestctl.commands.each import Each
from ingestctl.commands.output import JSONS, Form, kept_on_stderr, output_option, print_all, print_one
from ingestctl.commands.priorities import PRIORITIES, PRIORITY, priority_option
from ingestctl.models import Ingestion, Priority
from ingestctl.render.eta import eta
from ingestctl.render.printing import print_line, print_lines
from ingestctl.render.wording import counted


@click.command()
@ingestion_ids_argument
@output_option(Form.TABLE, *JSONS, Form.ID)
@common
@click.pass_context
def cancel(ctx: click.Context, ingestion_ids: Sequence[UUID], form: Form) -> None:
    """Cancel the batches of ingestions that have not run.

    Their calls in flight finish.
    """
    each = Each(ingestion_ids)
    with ctx.ensure_object(CliContext).client() as client:
        _print(each.answers(client.cancel), each, form, _cancelled)
    ctx.exit(each.exit_code)


@click.command()
@ingestion_ids_argument
@click.argument("level", type=PRIORITY, metavar=PRIORITIES)
@output_option(Form.TABLE, *JSONS, Form.ID)
@common
@click.pass_context
def priority(ctx: click.Context, ingestion_ids: Sequence[UUID], level: Priority, form: Form) -> None:
    """Change the priority of the batches that have not run.

    Within the new priority, the created time of an ingestion decides the order.
    """
    context, each = ctx.ensure_object(CliContext), Each(ingestion_ids)
    with context.client() as client:
        answers = each.answers(lambda ingestion_id: client.set_priority(ingestion_id, level))
        _print(answers, each, form, lambda one: "; ".join((f"now {one.priority}", *eta(one, context.now()))))
    ctx.exit(each.exit_code)


@click.command()
@ingestion_ids_argument
@priority_option("Priority of the new ingestions; without it, the old one.")
@common
@click.pass_context
def retry(ctx: click.Context, ingestion_ids: Sequence[UUID], priority: Priority | None) -> None:
    """Submit the failed ids again, as a new ingestion.

    Its id is printed; each of several ingestions gets its own new one.
    """
    each = Each(ingestion_ids)
    with ctx.ensure_object(CliContext).client() as client:
        for again in each.answers(lambda ingestion_id: client.retry(ingestion_id, priority)):
            with kept_on_stderr([again]):
                print_line(again)
    ctx.exit(each.exit_code)


def _cancelled(ingestion: Ingestion) -> str:
    return f"{ingestion.batches.cancelled:,} of {counted(ingestion.total, 'batch')} cancelled"


def _print(ingestions: Iterator[Ingestion], each: Each, form: Form, sentence: Callable[[Ingestion], str]) -> None:
    """Print ingestions as they come; as JSON, a single one is an object, and several are an array."""
    if form is Form.ID:
        print_lines(one.ingestion_id for one in ingestions)
    elif form is Form.TABLE:
        print_lines(f"{one.ingestion_id}: {sentence(one)}" for one in ingestions)
    elif each.is_one:
        print_one(next(ingestions))
    else:
        print_all(ingestions, form)
