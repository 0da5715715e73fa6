"""`ingestctl submit`."""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime

import click

from ingestctl.commands.arguments import common, watch_option
from ingestctl.commands.context import CliContext
from ingestctl.commands.deadline import parse_deadline
from ingestctl.commands.output import JSONS, Form, kept_on_stderr, output_option, print_all, print_one, print_rows
from ingestctl.commands.priorities import priority_option
from ingestctl.commands.submission import Submission
from ingestctl.commands.watch import watch_to_the_end
from ingestctl.errors import UsageError
from ingestctl.http.submission import valid_key
from ingestctl.ids.sources import all_ids
from ingestctl.models import GREATEST_ID, Accepted, Priority
from ingestctl.render.dry_run import delays, estimate
from ingestctl.render.printing import print_lines
from ingestctl.render.progress_bar import with_progress_bar
from ingestctl.render.rows import Rows

EPILOG = f"""\b
Ids are whole numbers from 1 to {GREATEST_ID}, written as
  1 2 3      numbers; 1,2,3 are the same
  1-100      a range, with both its ends
  @ids.txt   a file of these, between whitespace or commas; # begins a comment
  -          the same on standard input
"""


@click.command(context_settings={"ignore_unknown_options": True}, epilog=EPILOG)
@click.argument("words", metavar="ID...", nargs=-1)
@priority_option("Priority of the ids.", Priority.MEDIUM)
@click.option("--deadline", metavar="TIME", help="Submit only if all is done by 17:30, +2h30m, or RFC 3339.")
@click.option("--column", metavar="NAME", help="Read files and standard input as CSV; this column has the ids.")
@click.option("--key", metavar="KEY", help="Submit nothing that was accepted with this key within a day.")
@click.option("--dry-run", is_flag=True, help="Only show when it would run, and what it would delay.")
@watch_option(help="Watch until all is done, like the command watch.")
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

    More ids than the service accepts at once become several ingestions.
    """
    context = ctx.ensure_object(CliContext)
    if dry_run and watched:
        raise UsageError("A dry run submits nothing to watch: leave out --dry-run or --watch.")
    by = parse_deadline(deadline, lambda: _time_of_service(context)) if deadline else None
    submission = Submission(all_ids(words, column), priority, by, valid_key(key))
    if dry_run:
        _print_dry_run(context, submission, form)
    elif watched:
        ctx.exit(_submit_and_watch(context, submission, form))
    else:
        _submit(context, submission, form)


def _time_of_service(context: CliContext) -> datetime:
    with context.client() as client:
        client.learn_time()
        return client.now()


def _submit(context: CliContext, submission: Submission, form: Form) -> None:
    ingestion_ids = _submit_and_print(context, submission, form)
    if sys.stderr.isatty():
        context.notify(f"Accepted. Watch it with: {context.command('watch', *ingestion_ids)}")


def _submit_and_watch(context: CliContext, submission: Submission, form: Form) -> int:
    """Return the exit code; with JSON, only the watching is printed."""
    if form in JSONS:
        ingestion_ids = [one.ingestion_id for one in _submitted(context, submission)]
        return watch_to_the_end(context, ingestion_ids, form)
    return watch_to_the_end(context, _submit_and_print(context, submission, form))


def _submit_and_print(context: CliContext, submission: Submission, form: Form) -> list[str]:
    """Print every ingestion once it is accepted, on stderr if stdout fails, and return their ids."""
    done: list[Accepted] = []
    ingestion_ids = (one.ingestion_id for one in done)
    try:
        with kept_on_stderr(ingestion_ids):
            _print_accepted(_collected(_submitted(context, submission), done), form)
    except OSError:
        submission.print_the_way_on(sum(one.ids for one in done))
        raise
    return list(ingestion_ids)


def _submitted(context: CliContext, submission: Submission) -> Iterator[Accepted]:
    return with_progress_bar(submission.submit(context), len(submission.ids), context.quiet)


def _collected(accepted: Iterator[Accepted], done: list[Accepted]) -> Iterator[Accepted]:
    """Yield what is accepted after adding it to the list."""
    for one in accepted:
        done.append(one)
        yield one


def _print_accepted(accepted: Iterator[Accepted], form: Form) -> None:
    if form is Form.ID:
        print_lines(one.ingestion_id for one in accepted)
    elif form is Form.TABLE:
        print_rows(Rows(("Ingestion", "Ids"), [(one.ingestion_id, f"{one.ids:,}") for one in accepted]))
    else:
        print_all(accepted, form)


def _print_dry_run(context: CliContext, submission: Submission, form: Form) -> None:
    dry_run = submission.dry_run(context)
    if form in JSONS:
        print_one(dry_run)
        return
    print_lines(estimate(dry_run, submission.deadline, context.now()))
    if dry_run.delays:
        print_rows(delays(dry_run, context.now()))
