"""A submission of ids, sent to the service part by part."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from msgspec import ValidationError, convert

from ingestctl.commands.context import CliContext
from ingestctl.errors import ConnectError, IngestctlError, RefusedError, UnreachableError
from ingestctl.models import Accepted, DryRun, Priority, Time
from ingestctl.render.printing import print_line
from ingestctl.render.times import ahead


@dataclass(frozen=True, slots=True)
class Submission:
    """Ids to submit, with their priority and deadline; with the same key they are accepted once."""

    ids: Sequence[int]
    priority: Priority
    deadline: datetime | None
    key: str

    def dry_run(self, context: CliContext) -> DryRun:
        """Return the service's estimate; raises the errors of the client."""
        with _local_deadline(context), context.client() as client:
            return client.dry_run(self.ids, self.priority, self.deadline)

    def submit(self, context: CliContext) -> Iterator[Accepted]:
        """Submit it, and yield every ingestion that it becomes once that is accepted; raises as the client does.

        After a failure on the way, or Ctrl-C, the way to continue is printed on stderr.
        """
        done = 0
        try:
            with _local_deadline(context), context.client() as client:
                for accepted in client.submit_all(self.ids, self.priority, self.deadline, self.key):
                    done += accepted.ids
                    yield accepted
        except (IngestctlError, KeyboardInterrupt) as error:
            if done or _may_have_arrived(error):
                self.print_the_way_on(done)
            raise

    def print_the_way_on(self, done: int) -> None:
        """Print on stderr how to submit the rest after `done` ids, unless there is none."""
        if done < len(self.ids):
            print_line(
                f"At least {done:,} of {len(self.ids):,} ids are accepted. "
                f"To submit the rest, and none twice, add --key {self.key} to the same command.",
                err=True,
            )


def _may_have_arrived(error: BaseException) -> bool:
    return isinstance(error, UnreachableError | KeyboardInterrupt) and not isinstance(error, ConnectError)


@contextmanager
def _local_deadline(context: CliContext) -> Iterator[None]:
    """Show the earliest end of a submission whose deadline cannot be met in the local time."""
    try:
        yield
    except RefusedError as error:
        if not (earliest := _earliest(error)):
            raise
        raise RefusedError(
            f"The deadline cannot be met: as things stand it would be done at {ahead(earliest, context.now())}."
        ) from error


def _earliest(refusal: RefusedError) -> datetime | None:
    try:
        return convert(refusal.details["earliest"][0], Time)
    except (LookupError, ValidationError):
        return None
