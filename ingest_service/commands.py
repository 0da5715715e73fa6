"""The command line of the service."""

import signal
import sys
from typing import Any

import click

from ingest_service import __version__
from ingest_service.clock import SystemClock
from ingest_service.copying import copy
from ingest_service.database_url import check_url
from ingest_service.errors import CopyRefused, IngestError
from ingest_service.stores.sql.copying import Summary

FAILED, REFUSED, INTERRUPTED = 1, 2, 130
# The progress is drawn anew after this many rows.
_STEP = 1000

COPY_HELP = """Copy everything from SOURCE_URL to TARGET_URL, which must be empty.

\b
  ingest-service copy sqlite:///ingest.db postgresql://user@host/database
  ingest-service copy postgresql://user@host/database sqlite:///ingest.db

Ingestions, ids, results, slots, keys and pauses are taken over, and the rate holds across the move. Stop the
service first: a database that is in use is refused. A copy that fails leaves the target empty. The password may
come from PGPASSWORD, or from the file that PGPASSFILE names.

\b
Exit codes:
  0    copied
  1    failed; nothing was copied
  2    refused
  130  interrupted; nothing was copied
"""


class DatabaseUrl(click.ParamType[str]):
    """The URL of a database. What is wrong with one is said without it, for it may hold a password."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check it."""
        try:
            check_url(value)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)
        return str(value)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.pass_context
def ingest_service(context: click.Context) -> None:
    """Start the service, or run a command.

    The settings of the service are environment variables such as INGEST_DATABASE_URL and INGEST_PORT;
    docs/settings.md lists all of them.
    """
    if context.invoked_subcommand is None:
        from ingest_service.process import Process

        Process().serve()


@ingest_service.command("copy", help=COPY_HELP, short_help="Copy everything from one database into another.")
@click.argument("source_url", type=DatabaseUrl())
@click.argument("target_url", type=DatabaseUrl())
def copy_command(source_url: str, target_url: str) -> None:
    """Copy, print what was copied, and exit."""
    # That of the service speaks of a start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        summary = _copy(source_url, target_url)
    except KeyboardInterrupt:
        _end("interrupted; nothing was copied", INTERRUPTED)
    except CopyRefused as refusal:
        _end(str(refusal), REFUSED)
    except IngestError as error:
        _end(str(error), FAILED)
    else:
        click.echo(_told(summary))


def _copy(source_url: str, target_url: str) -> Summary:
    """Copy, and show the progress where a person sees it."""
    is_hidden = not sys.stderr.isatty()
    with click.progressbar(
        length=0, label="Copying", file=sys.stderr, hidden=is_hidden, update_min_steps=_STEP
    ) as bar:

        def count(rows: int) -> None:
            bar.length = rows

        return copy(source_url, target_url, SystemClock(), count, bar.update)


def _told(summary: Summary) -> str:
    return (
        f"copied {summary.ingestions:,} ingestions with {summary.ids:,} ids ({summary.waiting:,} of them wait) "
        f"and {summary.slots:,} slots\n"
        "next: set INGEST_DATABASE_URL to the target and start the service; never start it on the source again, "
        "or both would call the upstream"
    )


def _end(sentence: str, code: int) -> None:
    click.echo(f"ingest_service: {sentence}", err=True)
    sys.exit(code)
