"""What can go wrong between a client and the ingest service, and the exit code ingestctl gives it.

    IngestctlError                1
    ├── UsageError                2   what is asked for makes no sense; nothing was sent
    │   └── InvalidUrlError       2   the service's address cannot be one
    ├── NoAnswerError                 1   no answer for now: asking again later may well help
    │   ├── UnavailableError      1   it is too busy, or restarting behind a proxy (502, 503, 504)
    │   └── UnreachableError      3   no answer in time, or the connection broke: it may have been asked
    │       └── ConnectError  3   no connection to it: it was not asked
    ├── NotFoundError             4   it knows no such ingestion
    ├── RefusedError              1   it understood the request and said no
    │   └── TooLargeError         1   it takes less at a time (413)
    ├── FailedError               1   it broke while answering (500)
    ├── UnexpectedAnswerError     1   something answered, but hardly the ingest service
    └── TimedOutError             5   what was waited for did not come in the time that was given

The text of every error is one line: what happened, and how to fix it.
"""

from collections.abc import Mapping, Sequence


class IngestctlError(Exception):
    """The root of the tree."""

    exit_code = 1


class UsageError(IngestctlError):
    """What is asked for makes no sense; nothing was sent."""

    exit_code = 2


class InvalidUrlError(UsageError):
    """The service's address cannot be one."""


class NoAnswerError(IngestctlError):
    """The service gives no answer for now; `retry_after` is the seconds it asked for, if it did."""

    def __init__(self, sentence: str, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class UnavailableError(NoAnswerError):
    """The service is too busy, or restarting behind a proxy."""


class UnreachableError(NoAnswerError):
    """No answer of the service in time, or the connection broke: what was sent may have arrived."""

    exit_code = 3


class ConnectError(UnreachableError):
    """No connection to the service: nothing was sent."""


class NotFoundError(IngestctlError):
    """The service knows no such ingestion."""

    exit_code = 4


class RefusedError(IngestctlError):
    """The service understood the request and said no; `details` has its sentences for each field."""

    def __init__(self, sentence: str, details: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(sentence)
        self.details = details or {}


class TooLargeError(RefusedError):
    """The service, or a proxy before it, takes less at a time."""


class FailedError(IngestctlError):
    """The service broke while answering."""


class UnexpectedAnswerError(IngestctlError):
    """Something answered, but hardly the ingest service."""


class TimedOutError(IngestctlError):
    """What was waited for did not come in the time that was given."""

    exit_code = 5
