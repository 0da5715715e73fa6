"""Command line and Python client of the ingest service; speaks HTTP and imports nothing of the service.

    with Client("http://localhost:8000") as client:
        ingestion_id = client.submit([1, 2, 3], Priority.HIGH)

The floors, each with those below that it imports from (tests/cli/test_floors.py):

    main        the console script                                  → commands, http, render
    commands    the commands, and what they share                   → all below
    watch       polling, and printing of what has changed           → client, render
    client      the typed client                                    → http
    render      values as text, tables and screens of a terminal    → verify, models
    verify      what a service is asked, and how that is judged     → http, models
    http        requests, retries, TLS and the meaning of answers   → models
    ids         ids in words, in files and in columns of CSV        → models
    models      typed values of the service's JSON                  → json_text
    errors      every error, with its exit code                     → printable
    json_text   JSON that is divided as text
    printable   text that is safe for a terminal
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingestctl.client import Client
    from ingestctl.errors import (
        ConnectError,
        FailedError,
        IngestctlError,
        InvalidUrlError,
        NoAnswerError,
        NotFoundError,
        RefusedError,
        TimedOutError,
        TooLargeError,
        UnavailableError,
        UnexpectedAnswerError,
        UnreachableError,
        UsageError,
    )
    from ingestctl.http.retry import RetryPolicy
    from ingestctl.models import (
        Accepted,
        Ahead,
        Batch,
        BatchCounts,
        BatchPage,
        Deadline,
        Delay,
        Dispatcher,
        DryRun,
        Health,
        Ingestion,
        IngestionStatus,
        ListedIngestion,
        PastSlot,
        Priority,
        QueueDepth,
        Response,
        Result,
        Schedule,
        ScheduledBatch,
        Slip,
        Slot,
        Status,
        TimedBatch,
        UsedUp,
        WaitReason,
    )

__all__ = [
    "Accepted",
    "Ahead",
    "Batch",
    "BatchCounts",
    "BatchPage",
    "Client",
    "ConnectError",
    "Deadline",
    "Delay",
    "Dispatcher",
    "DryRun",
    "FailedError",
    "Health",
    "IngestctlError",
    "Ingestion",
    "IngestionStatus",
    "InvalidUrlError",
    "ListedIngestion",
    "NoAnswerError",
    "NotFoundError",
    "PastSlot",
    "Priority",
    "QueueDepth",
    "RefusedError",
    "Response",
    "Result",
    "RetryPolicy",
    "Schedule",
    "ScheduledBatch",
    "Slip",
    "Slot",
    "Status",
    "TimedBatch",
    "TimedOutError",
    "TooLargeError",
    "UnavailableError",
    "UnexpectedAnswerError",
    "UnreachableError",
    "UsageError",
    "UsedUp",
    "WaitReason",
]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a name on its first use: `ingestctl --help` needs none of them."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        homes = {"Client": "client", "RetryPolicy": "http.retry"}
        home = homes.get(name, "errors" if name.endswith("Error") else "models")
        return getattr(import_module(f"{__name__}.{home}"), name)
