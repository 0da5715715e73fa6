"""One request for each of several ingestions; those that fail do not keep the others from it."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar
from uuid import UUID

from ingestctl.errors import IngestctlError, NoAnswerError
from ingestctl.render.printing import print_line

Answer = TypeVar("Answer")


class Each:
    """Requests for ingestions in the order given, once for each; `exit_code` is that of the first that failed."""

    def __init__(self, ingestion_ids: Sequence[UUID]) -> None:
        self._ingestion_ids = list(dict.fromkeys(map(str, ingestion_ids)))
        self.exit_code = 0

    @property
    def is_one(self) -> bool:
        """True if there is one ingestion only: its error is raised."""
        return len(self._ingestion_ids) == 1

    def answers(self, request: Callable[[str], Answer]) -> Iterator[Answer]:
        """Yield the answers of those that do not fail, and print the errors of the others on stderr.

        A service that does not answer is not asked again: NoAnswerError is raised.
        """
        for ingestion_id in self._ingestion_ids:
            try:
                yield request(ingestion_id)
            except NoAnswerError:
                raise
            except IngestctlError as error:
                if self.is_one:
                    raise
                self.exit_code = self.exit_code or error.exit_code
                print_line(f"Error: {ingestion_id}: {error}", err=True)
