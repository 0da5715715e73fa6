"""`ingestctl list`."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

import click

from ingestctl.commands.arguments import common
from ingestctl.commands.context import CliContext
from ingestctl.commands.output import JSONS, Form, output_option, print_all, print_rows
from ingestctl.commands.priorities import priority_option
from ingestctl.models import LARGEST_PAGE, ListedIngestion, Priority, Status
from ingestctl.render.printing import print_lines
from ingestctl.render.rows import Rows
from ingestctl.render.times import ahead, behind

STATUSES = [status.value for status in Status]
HEADINGS = ("Ingestion", "Priority", "Status", "Ids", "Done", "Failed", "Submitted", "Deadline")
SPARE = ("Submitted", "Ids", "Deadline", "Failed")


@click.command("list")
@click.option("--status", type=click.Choice(STATUSES), help="Only ingestions with this status.")
@priority_option("Only ingestions with this priority.")
@click.option("--failed", is_flag=True, help="Only ingestions with ids that failed; all are searched for them.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=100, show_default=True, help="Greatest number of ingestions."
)
@output_option(Form.TABLE, *JSONS, Form.ID)
@common
@click.pass_obj
def list_(
    context: CliContext, status: str | None, priority: Priority | None, failed: bool, limit: int, form: Form
) -> None:
    """List ingestions, the newest first."""
    with context.client() as client:
        page = LARGEST_PAGE if failed else min(limit + 1, LARGEST_PAGE)
        found = client.ingestions(Status(status) if status else None, priority, page)
        if failed:
            found = (one for one in found if one.failed)
        listed = list(islice(found, limit))
        more = next(found, None) is not None
    _print(listed, context, form)
    if more:
        context.notify(f"There are more: see them with --limit {10 * limit}.")


def _print(listed: Sequence[ListedIngestion], context: CliContext, form: Form) -> None:
    if form is Form.ID:
        print_lines(one.ingestion_id for one in listed)
    elif form in JSONS:
        print_all(listed, form)
    elif listed:
        print_rows(Rows(HEADINGS, [_cells(one, context.now()) for one in listed], SPARE))
    else:
        context.notify("There are no such ingestions.")


def _cells(one: ListedIngestion, now: datetime) -> tuple[str, ...]:
    return (
        one.ingestion_id,
        one.priority,
        one.status,
        f"{one.ids:,}",
        f"{one.completed:,} of {one.total:,}",
        f"{one.failed:,}",
        behind(one.created_at, now),
        ahead(one.deadline, now) if one.deadline else "",
    )
