"""Errors between a client and the ingest service, each with the exit code of ingestctl.

    IngestctlError                1
    ├── UsageError                2   the request makes no sense; nothing was sent
    │   └── InvalidUrlError       2   the address of the service is not a valid one
    ├── NoAnswerError             1   no answer now: asking again later may help
    │   ├── UnavailableError      1   the service is too busy, or restarting behind a proxy (502, 503, 504)
    │   └── UnreachableError      3   no answer in time, or the connection broke: the request may have arrived
    │       └── ConnectError      3   no connection: the request did not arrive
    ├── NotFoundError             4   the service has no such ingestion
    ├── RefusedError              1   the service understood the request and refused it
    │   └── TooLargeError         1   the service accepts less at a time (413)
    ├── FailedError               1   the service failed while answering (500)
    ├── UnexpectedAnswerError     1   an answer, but probably not of the ingest service
    └── TimedOutError             5   the time that was given is over

The text of every error is one line: the reason, and the way to fix it.
"""

from collections.abc import Mapping, Sequence

from ingestctl.printable import printable


class IngestctlError(Exception):
    """Root of the tree; the sentence may quote what the service answered."""

    exit_code = 1

    def __init__(self, sentence: str) -> None:
        super().__init__(printable(sentence))


class UsageError(IngestctlError):
    """The request makes no sense; nothing was sent."""

    exit_code = 2


class InvalidUrlError(UsageError):
    """The address of the service is not a valid one."""


class NoAnswerError(IngestctlError):
    """The service gives no answer now; `retry_after` is the number of seconds that it asks to wait, if it does."""

    def __init__(self, sentence: str, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class UnavailableError(NoAnswerError):
    """The service is too busy, or restarting behind a proxy; `limits` has the ids that it would accept now."""

    def __init__(
        self, sentence: str, retry_after: int | None = None, limits: Mapping[str, int] | None = None
    ) -> None:
        super().__init__(sentence, retry_after)
        self.limits = limits or {}


class UnreachableError(NoAnswerError):
    """No answer in time, or the connection broke: the request may have arrived."""

    exit_code = 3


class ConnectError(UnreachableError):
    """No connection to the service: the request did not arrive."""


class NotFoundError(IngestctlError):
    """The service has no such ingestion."""

    exit_code = 4


class RefusedError(IngestctlError):
    """The service refused the request; by field, `details` has its sentences and `limits` the greatest numbers."""

    def __init__(
        self,
        sentence: str,
        details: Mapping[str, Sequence[str]] | None = None,
        limits: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.details = details or {}
        self.limits = limits or {}


class TooLargeError(RefusedError):
    """The service, or a proxy before it, accepts less at a time."""


class FailedError(IngestctlError):
    """The service failed while answering."""


class UnexpectedAnswerError(IngestctlError):
    """An answer, but probably not of the ingest service."""


class TimedOutError(IngestctlError):
    """The time that was given is over."""

    exit_code = 5
