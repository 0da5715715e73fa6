"""The commands of ingestctl. What they need is imported when they run, so that --help answers at once."""

import io
import os
import sys
from uuid import UUID

import click

from cli.arguments import DEFAULT_URL, GREATEST_ID, URL_VARIABLE, Id, ingestion_id_argument, url_of_all, url_of_one
from cli.errors import IngestctlError
from cli.ingestion import Priority

INTERRUPTED = 130
HELP = """Hand lists of ids to the ingest service, and watch them being released.

\b
Examples:
  ingestctl submit --priority HIGH 1 2 3
  ingestctl watch 3f0c7a52-8d0e-4d2b-9f5e-6a1b5c0d9e42
  ingestctl watch $(ingestctl submit 1 2 3 4 5)
"""
EXIT_CODES = """\b
Exit codes:
  0    done
  1    refused or failed
  2    wrong usage
  3    service unreachable
  4    ingestion not found
  130  interrupted
"""


class Commands(click.Group):
    """Commands whose errors become one line on stderr and an exit code."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the chosen command; blocks as long as it does."""
        try:
            return super().invoke(ctx)
        except IngestctlError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


@click.group(cls=Commands, invoke_without_command=True, help=HELP, epilog=EXIT_CODES)
@url_of_all
@click.version_option(package_name="ingest-service")
@click.pass_context
def ingestctl(ctx: click.Context) -> None:
    """Choose a command; alone, it is asked for help."""
    if not ctx.invoked_subcommand:
        click.echo(ctx.get_help())


@ingestctl.command(
    context_settings={"ignore_unknown_options": True},
    epilog=f"Ids are whole numbers from 1 to {GREATEST_ID}.",
)
@click.option(
    "--priority",
    type=click.Choice(Priority, case_sensitive=False),
    metavar="|".join(Priority),
    default=Priority.MEDIUM,
    show_default=True,
    help="How urgent it is.",
)
@url_of_one
@click.argument("ids", metavar="ID...", type=Id(), nargs=-1, required=True)
@click.pass_obj
def submit(url: str, ids: tuple[int, ...], priority: Priority) -> None:
    """Submit ids and print their ingestion id."""
    from cli.client import Client

    with Client(url) as client:
        ingestion_id = client.submit(ids, priority)
    click.echo(ingestion_id)
    if sys.stderr.isatty():
        click.echo(f"Accepted. Watch it with: {_watch_command(url, ingestion_id)}", err=True)


@ingestctl.command()
@url_of_one
@ingestion_id_argument
@click.pass_obj
def status(url: str, ingestion_id: UUID) -> None:
    """Print how far an ingestion has come.

    A screenful with the times on a terminal; piped, every batch is a line.
    """
    from cli.client import Client
    from cli.screen import show

    with Client(url) as client:
        show(client, str(ingestion_id))


@ingestctl.command()
@url_of_one
@ingestion_id_argument
@click.pass_obj
def watch(url: str, ingestion_id: UUID) -> None:
    """Show an ingestion live, and when it runs, until it is completed.

    Piped, every change is a line. Ctrl-C ends the watching, never the ingestion.
    """
    from cli.client import Client
    from cli.screen import play

    try:
        with Client(url) as client:
            play(client, str(ingestion_id))
    except KeyboardInterrupt:
        again = _watch_command(url, str(ingestion_id))
        click.echo(f"The ingestion goes on; watch it again with: {again}", err=True)
        raise


def _watch_command(url: str, ingestion_id: str) -> str:
    elsewhere = "" if url == os.environ.get(URL_VARIABLE, DEFAULT_URL) else f" --url {url}"
    return f"ingestctl watch {ingestion_id}{elsewhere}"


def main() -> None:
    """Run ingestctl and exit; a character that the terminal cannot show becomes a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    ingestctl()
