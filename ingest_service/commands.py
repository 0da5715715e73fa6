"""The command line of the service."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ingest_service import __version__
from ingest_service.backing_up import back_up
from ingest_service.clock import SystemClock
from ingest_service.config import Settings
from ingest_service.copying import copy
from ingest_service.database_url import check_url
from ingest_service.domain.wording import noun
from ingest_service.errors import BackupRefused, CopyRefused, IngestError, SettingError
from ingest_service.stores.sql.copying import Summary
from ingest_service.web.http.times import rfc3339

if TYPE_CHECKING:
    from ingest_service.selftest.verdict import Verdict

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

BACKUP_HELP = """Write a backup of the database into FILE, also while the service runs.

\b
  ingest-service backup /backups/ingest.db

INGEST_DATABASE_URL names the database, an SQLite file, as for the service. The backup is one file. It is checked,
on the disk, and there whole or not at all. An existing file is not overwritten. docs/operations.md says how a
backup is restored.

\b
Exit codes:
  0    written
  1    failed; there is no backup
  2    refused
  130  interrupted; there is no backup
"""


SELFTEST_HELP = """Try the promises of the service on this machine and this disk, in about a minute.

\b
  ingest-service selftest
  ingest-service selftest --folder /var/lib/ingest-service --json

A service of its own is started, killed, stopped and filled up in a new folder below FOLDER, which is removed
afterwards. Name the disk on which the database will be. Nothing else is touched, and no other API is called:
a fake one, in this process, counts the calls. docs/operations.md explains each check.

\b
Exit codes:
  0    no check has failed
  1    a check has failed
  130  interrupted
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
    _run(lambda: _told(_copy(source_url, target_url)), "interrupted; nothing was copied")


@ingest_service.command("backup", help=BACKUP_HELP, short_help="Write a backup of an SQLite database.")
@click.argument("file", type=click.Path(path_type=Path))
def backup_command(file: Path) -> None:
    """Write a backup, print what it has, and exit."""
    _run(lambda: f"{file} {_back_up(file)}", "interrupted; there is no backup")


@ingest_service.command("selftest", help=SELFTEST_HELP, short_help="Try the promises on this machine and disk.")
@click.option("--folder", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for a report.")
def selftest_command(folder: Path, as_json: bool) -> None:
    """Make all checks, print what they found, and exit."""
    from rich.console import Console

    from ingest_service.selftest.report import table, to_json
    from ingest_service.selftest.suite import CHECKS, has_failed

    with _progress("Trying") as bar:
        bar.length = len(CHECKS)
        verdicts = _tried(folder, bar)
    if as_json:
        click.echo(to_json(verdicts))
    else:
        Console().print(table(verdicts))
    sys.exit(FAILED if has_failed(verdicts) else 0)


def _tried(folder: Path, bar: Any) -> "list[Verdict]":
    """Return the verdicts of all checks, made in a folder of their own."""
    from ingest_service.selftest.suite import run

    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with TemporaryDirectory(prefix="selftest-", dir=folder) as own:
            return [verdict for verdict in run(Path(own)) if bar.update(1) is None]
    except KeyboardInterrupt:
        _end("interrupted", INTERRUPTED)
    except OSError as error:
        _end(f"nothing can be made in {folder}: {error.strerror}", FAILED)


def _run(command: Callable[[], str], interrupted: str) -> None:
    """Run a command, and print the sentence that it returns; end the process if it fails."""
    # That of the service speaks of a start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        done = command()
    except KeyboardInterrupt:
        _end(interrupted, INTERRUPTED)
    except (BackupRefused, CopyRefused, SettingError) as refusal:
        _end(str(refusal), REFUSED)
    except IngestError as error:
        _end(str(error), FAILED)
    else:
        click.echo(done)


def _copy(source_url: str, target_url: str) -> Summary:
    """Copy, and show the progress where a person sees it."""
    with _progress("Copying", _STEP) as bar:

        def count(rows: int) -> None:
            bar.length = rows

        return copy(source_url, target_url, SystemClock(), count, bar.update)


def _back_up(file: Path) -> str:
    """Write a backup, show the progress where a person sees it, and say what the backup has."""
    with _progress("Backing up") as bar:

        def show(copied: int, pages: int) -> None:
            bar.length = pages
            bar.update(copied - bar.pos)

        contents = back_up(Settings.from_environ(os.environ), file, show)
    count = contents.ingestions
    return f"has {count:,} {noun(count, 'ingestion')} ({contents.waiting:,} waiting); {_last(contents.last_slot)}"


def _last(slot: tuple[int, int] | None) -> str:
    return f"its last slot is {slot[0]:,}, opened at {rfc3339(slot[1])}" if slot else "no slot was opened yet"


def _progress(label: str, step: int = 1) -> Any:
    """Return a progress bar, shown at a terminal only, that is drawn anew every few steps."""
    is_hidden = not sys.stderr.isatty()
    return click.progressbar(length=0, label=label, file=sys.stderr, hidden=is_hidden, update_min_steps=step)


def _told(summary: Summary) -> str:
    return (
        f"copied {summary.ingestions:,} ingestions with {summary.ids:,} ids ({summary.waiting:,} of them wait) "
        f"and {summary.slots:,} slots\n"
        "next: set INGEST_DATABASE_URL to the target and start the service; never start it on the source again, "
        "or both would call the upstream"
    )


def _end(sentence: str, code: int) -> NoReturn:
    click.echo(f"ingest_service: {sentence}", err=True)
    sys.exit(code)
