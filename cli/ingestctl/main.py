"""Console script. It imports only what a command needs, so that --help answers at once."""

import sys

import click

from ingestctl.commands.arguments import common
from ingestctl.commands.context import CliContext
from ingestctl.commands.registry import load, titles
from ingestctl.commands.streams import discard_output, prepare_streams
from ingestctl.errors import IngestctlError
from ingestctl.render.printing import print_line, print_lines

INTERRUPTED = 130
VERSION_TIMEOUT_SECONDS = 0.5
HELP = """Submit lists of ids to the ingest service, and see when they run.

\b
Examples:
  ingestctl submit --priority HIGH 1 2 3
  ingestctl submit --watch @ids.txt
  ingestctl submit --dry-run 1-1000
  ingestctl watch $(ingestctl submit 1 2 3 4 5)
  ingestctl list --status triggered
"""
EXIT_CODES = """\b
Exit codes:
  0    done
  1    refused or failed
  2    wrong usage
  3    service unreachable
  4    not found
  5    timed out
  130  interrupted
"""


class Commands(click.Group):
    """Commands whose errors become one line on stderr and an exit code."""

    def list_commands(self, _: click.Context) -> list[str]:
        """Return their names, the most useful first."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Load the chosen command, and no other."""
        name, title, rest = super().resolve_command(ctx, args)
        return name, load(name) if name and title else None, rest

    def invoke(self, ctx: click.Context) -> object:
        """Run the chosen command; blocks as long as it does."""
        try:
            return super().invoke(ctx)
        except IngestctlError as error:
            if ctx.ensure_object(CliContext).debug:
                _print_traceback(error)
            print_line(f"Error: {error}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


@click.group(
    cls=Commands,
    commands=titles(),
    invoke_without_command=True,
    help=HELP,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--version", is_flag=True, help="Print the versions of ingestctl and of the service, and exit.")
@common
@click.pass_context
def ingestctl(ctx: click.Context, version: bool) -> None:
    """Run a command, or print the help if there is none."""
    if version:
        _print_versions(ctx.ensure_object(CliContext))
        ctx.exit()
    if not ctx.invoked_subcommand:
        click.echo(ctx.get_help())


def _print_traceback(error: Exception) -> None:
    from traceback import format_exception

    print_lines("".join(format_exception(error)).splitlines(), err=True)


def _print_versions(context: CliContext) -> None:
    """Print the version of ingestctl, and that of the service if it answers quickly."""
    from importlib.metadata import version

    from ingestctl.http.retry import NO_RETRY

    click.echo(f"ingestctl, version {version('ingest-service')}")
    try:
        with context.client(NO_RETRY, VERSION_TIMEOUT_SECONDS) as client:
            served = client.health().version
    except IngestctlError:
        return
    if served:
        print_line(f"service, version {served}, at {context.address}")


def main() -> None:
    """Run ingestctl and exit; a character that the terminal cannot show is printed as a question mark.

    An OSError that arrives here and is not about a file is about the output: no other call can raise one.
    """
    prepare_streams()
    try:
        ingestctl()
    except OSError as error:
        discard_output()
        what = f"use {error.filename!r}" if error.filename else "write the output"
        print_line(f"Error: Cannot {what}: {error.strerror}.", err=True)
        sys.exit(IngestctlError.exit_code)
