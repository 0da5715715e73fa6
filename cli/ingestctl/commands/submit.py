"""`ingestctl submit`."""

import sys
from collections import deque
from collections.abc import Iterator, Sequence

import click

from ingestctl.commands.arguments import common, priority_option
from ingestctl.commands.context import CliContext
from ingestctl.commands.deadline import parse_deadline
from ingestctl.commands.output import JSONS, Form, output_option, print_all, print_one, print_rows
from ingestctl.commands.submission import Submission
from ingestctl.commands.watch import watch_to_the_end
from ingestctl.errors import UsageError
from ingestctl.http.submission import valid_key
from ingestctl.ids.sources import all_ids
from ingestctl.ids.text import GREATEST_ID
from ingestctl.models import Accepted, Priority
from ingestctl.render.dry_run import delays, verdict
from ingestctl.render.progress_bar import with_progress_bar
from ingestctl.render.rows import Rows

EPILOG = f"""\b
Ids are whole numbers from 1 to {GREATEST_ID}, written as
  1 2 3      numbers; 1,2,3 are the same
  1-100      a range, with both its ends
  @ids.txt   a file of these, between white space or commas; # begins a comment
  -          the same on standard input
"""


@click.command(context_settings={"ignore_unknown_options": True}, epilog=EPILOG)
@click.argument("words", metavar="ID...", nargs=-1)
@priority_option("How urgent it is.", Priority.MEDIUM)
@click.option("--deadline", metavar="TIME", help="Submit only if it will be done by 17:30, +2h30m, or RFC 3339.")
@click.option("--column", metavar="NAME", help="Files and standard input are CSV; this column has the ids.")
@click.option("--key", metavar="KEY", help="What was accepted with this key is not submitted again within a day.")
@click.option("--dry-run", is_flag=True, help="Only tell when it would run, and whom it would delay.")
@click.option("--watch", "watched", is_flag=True, help="Watch it to its end, as the command watch does.")
@output_option(Form.ID, Form.TABLE, *JSONS)
@common
@click.pass_context
def submit(
    ctx: click.Context,
    words: Sequence[str],
    column: str | None,
    priority: Priority,
    deadline: str | None,
    key: str | None,
    dry_run: bool,
    watched: bool,
    form: Form,
) -> None:
    """Submit ids and print their ingestion id.

    More ids than the service takes at once become several ingestions.
    """
    context = ctx.ensure_object(CliContext)
    if dry_run and watched:
        raise UsageError("A dry run submits nothing to watch: leave out --dry-run or --watch.")
    by = parse_deadline(deadline, context.now()) if deadline else None
    submission = Submission(all_ids(words, column), priority, by, valid_key(key))
    if dry_run:
        _print_dry_run(context, submission, form)
    elif watched:
        ctx.exit(_submit_and_watch(context, submission, form))
    else:
        _submit(context, submission, form)


def _submit(context: CliContext, submission: Submission, form: Form) -> None:
    ingestion_ids: list[str] = []
    _print_accepted(_noted(context, submission, ingestion_ids), form)
    if sys.stderr.isatty():
        context.say(f"Accepted. Watch it with: {context.command('watch', *ingestion_ids)}")


def _submit_and_watch(context: CliContext, submission: Submission, form: Form) -> int:
    """Return the exit code; JSON is of the watching only."""
    ingestion_ids: list[str] = []
    accepted = _noted(context, submission, ingestion_ids)
    if form in JSONS:
        deque(accepted, maxlen=0)
        return watch_to_the_end(context, ingestion_ids, form)
    _print_accepted(accepted, form)
    return watch_to_the_end(context, ingestion_ids)


def _noted(context: CliContext, submission: Submission, ingestion_ids: list[str]) -> Iterator[Accepted]:
    for accepted in with_progress_bar(submission.give(context), len(submission.ids), context.quiet):
        ingestion_ids.append(accepted.ingestion_id)
        yield accepted


def _print_accepted(accepted: Iterator[Accepted], form: Form) -> None:
    if form is Form.ID:
        for one in accepted:
            click.echo(one.ingestion_id)
    elif form is Form.TABLE:
        print_rows(Rows(("Ingestion", "Ids"), [(one.ingestion_id, f"{one.ids:,}") for one in accepted]))
    else:
        print_all(accepted, form)


def _print_dry_run(context: CliContext, submission: Submission, form: Form) -> None:
    dry_run = submission.dry_run(context)
    if form in JSONS:
        print_one(dry_run)
        return
    click.echo("\n".join(verdict(dry_run, submission.deadline, context.now())))
    if dry_run.delays:
        print_rows(delays(dry_run, context.now()))
