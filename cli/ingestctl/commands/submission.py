"""A submission of ids, given to the service part by part."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import click
from msgspec import convert

from ingestctl.commands.context import CliContext
from ingestctl.errors import ConnectError, IngestctlError, RefusedError, UnreachableError
from ingestctl.models import Accepted, DryRun, Priority
from ingestctl.render.times import ahead


@dataclass(frozen=True, slots=True)
class Submission:
    """What is to be submitted; with the same key it is accepted once."""

    ids: Sequence[int]
    priority: Priority
    deadline: datetime | None
    key: str

    def dry_run(self, context: CliContext) -> DryRun:
        """Ask what would become of it; raises the errors of the client."""
        with _local_deadline(context.now()), context.client() as client:
            return client.dry_run(self.ids, self.priority, self.deadline)

    def give(self, context: CliContext) -> Iterator[Accepted]:
        """Submit it, and yield every ingestion it becomes once that is accepted; raises as the client does.

        A failure on the way, or Ctrl-C, tells on stderr how to go on.
        """
        done = 0
        try:
            with _local_deadline(context.now()), context.client() as client:
                for accepted in client.submit_all(self.ids, self.priority, self.deadline, self.key):
                    done += accepted.ids
                    yield accepted
        except (IngestctlError, KeyboardInterrupt) as error:
            if done or _may_have_arrived(error):
                click.echo(
                    f"For sure {done:,} of {len(self.ids):,} ids are accepted. "
                    f"To submit the rest, and none twice, add --key {self.key} to the same command.",
                    err=True,
                )
            raise


def _may_have_arrived(error: BaseException) -> bool:
    return isinstance(error, UnreachableError | KeyboardInterrupt) and not isinstance(error, ConnectError)


@contextmanager
def _local_deadline(now: datetime) -> Iterator[None]:
    """Tell a deadline that cannot be met in the local time."""
    try:
        yield
    except RefusedError as error:
        if not (earliest := error.details.get("earliest")):
            raise
        done = ahead(convert(earliest[0], datetime), now)
        raise RefusedError(f"The deadline cannot be met: as things stand it would be done at {done}.") from error
