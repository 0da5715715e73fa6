"""What can go wrong between a client and the ingest service, and the exit code ingestctl gives it.

    IngestctlError                1
    ├── InvalidUrlError           2   the service's address cannot be one
    ├── AwayError                 1   no answer for now: asking again later may well help
    │   ├── UnavailableError      1   it is too busy, or restarting behind a proxy (502, 503, 504)
    │   └── UnreachableError      3   no connection to it, or no answer in time
    ├── NotFoundError             4   it knows no such ingestion
    ├── RefusedError              1   it understood the request and said no
    ├── FailedError               1   it broke while answering (500)
    └── UnexpectedAnswerError     1   something answered, but hardly the ingest service

The text of every error is one line: what happened, and how to fix it.
"""


class IngestctlError(Exception):
    """The root of the tree."""

    exit_code = 1


class InvalidUrlError(IngestctlError):
    """The service's address cannot be one."""

    exit_code = 2


class AwayError(IngestctlError):
    """The service gives no answer for now; `retry_after` is the seconds it asked for, if it did."""

    def __init__(self, sentence: str, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class UnavailableError(AwayError):
    """The service is too busy, or restarting behind a proxy."""


class UnreachableError(AwayError):
    """No connection to the service, or no answer in time."""

    exit_code = 3


class NotFoundError(IngestctlError):
    """The service knows no such ingestion."""

    exit_code = 4


class RefusedError(IngestctlError):
    """The service understood the request and said no."""


class FailedError(IngestctlError):
    """The service broke while answering."""


class UnexpectedAnswerError(IngestctlError):
    """Something answered, but hardly the ingest service."""
