"""`ingestctl verify`."""

import shlex
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack, closing
from functools import partial
from shutil import which

import click

from ingestctl.commands.arguments import common
from ingestctl.commands.context import CliContext
from ingestctl.commands.output import JSONS, Form, output_option, print_rows
from ingestctl.commands.watch import Seconds
from ingestctl.errors import IngestctlError, UsageError
from ingestctl.http.transport import Transport
from ingestctl.render.json_lines import as_json
from ingestctl.render.printing import print_line, print_lines
from ingestctl.render.verdicts import conclusion, verdict_json, verdict_rows
from ingestctl.verify.checks import run
from ingestctl.verify.recognition import check_service
from ingestctl.verify.scenario import RestartFailedError
from ingestctl.verify.timing import INTERVAL_SECONDS, Timing
from ingestctl.verify.verdict import Verdict
from ingestctl.verify.wrong_requests import UNKNOWN_ID

# Some platforms start a service only when it is asked.
_WAKING_SECONDS = 60.0
_STDERR = 2


@click.command()
@click.argument("address", metavar="[URL]", required=False)
@click.option("--restart", metavar="COMMAND", help="Check a restart too: this restarts the service.")
@click.option("--interval", type=Seconds(min=0.1), default=INTERVAL_SECONDS, hidden=True)
@output_option(Form.TABLE, *JSONS)
@common
@click.pass_context
def verify(ctx: click.Context, address: str | None, restart: str | None, interval: float, form: Form) -> None:
    """Check that a service keeps its specification.

    This takes less than a minute. It submits some 140 ids, and the service asks its upstream for them; most of
    them still wait at the end. Nothing else should wait, or be submitted meanwhile. The exit code is 1 if a check
    failed.
    """
    context = ctx.ensure_object(CliContext)
    if address is not None:
        context.chosen_url = address
    verdicts = examine(context, restart, Timing(interval))
    _print(verdicts, form)
    if any(verdict.is_finding for verdict in verdicts):
        ctx.exit(IngestctlError.exit_code)


def examine(context: CliContext, restart: str | None, timing: Timing) -> list[Verdict]:
    """Run all checks on the service of a context, which blocks; `restart` is a command that restarts it.

    Raises the errors of `ingestctl.errors`.
    """
    restarting = None if restart is None else partial(_run, _words(restart))
    _check_address(context.address)
    with ExitStack() as lines:

        def connect() -> Transport:
            return lines.enter_context(closing(context.transport()))

        with closing(context.transport(_WAKING_SECONDS)) as waking:
            context.notify(f"Checking the service at {context.address}.")
            check_service(waking.send("GET", f"/status/{UNKNOWN_ID}"), waking.proxy.via)
        return run(connect, timing, context.notify, restarting)


def _check_address(address: str) -> None:
    """Raise UsageError if no path can be added to an address; what may be a secret is not shown."""
    if "?" in address or "#" in address:
        raise UsageError("The address of the service has a query or a fragment: leave out what follows ? or #.")


def _words(command: str) -> Sequence[str]:
    """Return the words of a command; raises UsageError if there is no such program."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"{command!r} is not a command: {error}.") from error
    if not words or not which(words[0]):
        raise UsageError(f"{command!r} is not a command: it has to begin with the name of a program.")
    return words


def _run(words: Sequence[str]) -> None:
    """Run a command of the user's own, with its output on stderr; raises RestartFailedError if it fails."""
    command = f"the command {shlex.join(words)!r}"
    try:
        code = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=_STDERR, check=False).returncode  # noqa: S603
    except OSError as error:
        raise RestartFailedError(f"{command} cannot be run: {error.strerror}.") from error
    if code:
        raise RestartFailedError(f"{command} ended with the exit code {code}.")


def _print(verdicts: Sequence[Verdict], form: Form) -> None:
    values = list(map(verdict_json, verdicts))
    if form is Form.JSON:
        print_line(as_json(values))
    elif form is Form.JSONL:
        print_lines(map(as_json, values))
    else:
        print_rows(verdict_rows(verdicts))
        print_lines(conclusion(verdicts))
