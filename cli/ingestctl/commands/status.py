"""`ingestctl status`, `results` and `why`: commands that show one ingestion."""

from collections.abc import Iterable
from uuid import UUID

import click

from ingestctl.commands.arguments import common, ingestion_id_argument
from ingestctl.commands.context import CliContext
from ingestctl.commands.output import JSONS, Form, output_option, print_all, print_one, print_rows
from ingestctl.json_text import readable
from ingestctl.models import Result
from ingestctl.render.json_lines import one_line
from ingestctl.render.printing import print_line, print_lines
from ingestctl.render.reasons import reasons, slip_rows
from ingestctl.render.wording import counted


@click.command()
@ingestion_id_argument
@output_option(Form.TABLE, *JSONS)
@common
@click.pass_obj
def status(context: CliContext, ingestion_id: UUID, form: Form) -> None:
    """Show the progress of an ingestion.

    On a terminal, one screen with all times; in a pipe, a line for every batch. The form json has the numbers of
    the whole ingestion, jsonl every batch with its times.
    """
    with context.client() as client:
        if form is Form.JSON:
            print_one(client.ingestion(str(ingestion_id)))
        elif form is Form.JSONL:
            print_all(client.all_batches(str(ingestion_id)), form)
        else:
            from ingestctl.watch.ingestions import show

            show(client, str(ingestion_id))


@click.command()
@ingestion_id_argument
@output_option(Form.TABLE, *JSONS)
@common
@click.pass_obj
def results(context: CliContext, ingestion_id: UUID, form: Form) -> None:
    """Print the results of the ids so far."""
    with context.client() as client:
        if form is Form.TABLE:
            _print_results(client.results(str(ingestion_id)))
        else:
            print_all(client.results(str(ingestion_id)), form)


@click.command()
@ingestion_id_argument
@output_option(Form.TABLE, *JSONS)
@common
@click.pass_obj
def why(context: CliContext, ingestion_id: UUID, form: Form) -> None:
    """Explain why an ingestion does not run earlier.

    Shown are its expected end, what runs before it, pauses, and the events that moved its end.
    """
    with context.client() as client:
        ingestion = client.ingestion(str(ingestion_id))
    if form in JSONS:
        print_one(ingestion)
        return
    print_lines(reasons(ingestion, context.now()))
    if ingestion.slips:
        print_rows(slip_rows(ingestion.slips, context.now()))


def _print_results(results: Iterable[Result]) -> None:
    for result in results:
        print_line(f"{result.id:>10}  {_outcome(result)}")


def _outcome(result: Result) -> str:
    if result.error is None:
        return one_line(readable(result.text))
    return f"failed after {counted(result.attempts or 0, 'attempt')}: {result.error}"
