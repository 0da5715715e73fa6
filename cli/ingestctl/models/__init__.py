"""Typed values of the service's JSON.

Decoding is strict: no coercion between strings and numbers. Fields that are not listed here, such as those of a
newer service, are kept in `raw` only. Times have a time zone; None stands for what is not known.
"""

from ingestctl.json_text import JsonObject
from ingestctl.models.audit import Audit, AuditedChain, AuditedLimit, Violation
from ingestctl.models.ingestion import (
    Accepted,
    Ahead,
    Batch,
    BatchCounts,
    BatchPage,
    Deadline,
    Ingestion,
    IngestionCore,
    IngestionStatus,
    ListedIngestion,
    Result,
    Slip,
    TimedBatch,
    UsedUp,
    WaitReason,
)
from ingestctl.models.response import GREATEST_ID, LARGEST_PAGE, Priority, Response, Status, Time
from ingestctl.models.service import Dispatcher, Health, QueueDepth, Replica
from ingestctl.models.slot import Delay, DryRun, PastSlot, Schedule, ScheduledBatch, Slot

__all__ = [
    "GREATEST_ID",
    "LARGEST_PAGE",
    "Accepted",
    "Ahead",
    "Audit",
    "AuditedChain",
    "AuditedLimit",
    "Batch",
    "BatchCounts",
    "BatchPage",
    "Deadline",
    "Delay",
    "Dispatcher",
    "DryRun",
    "Health",
    "Ingestion",
    "IngestionCore",
    "IngestionStatus",
    "JsonObject",
    "ListedIngestion",
    "PastSlot",
    "Priority",
    "QueueDepth",
    "Replica",
    "Response",
    "Result",
    "Schedule",
    "ScheduledBatch",
    "Slip",
    "Slot",
    "Status",
    "Time",
    "TimedBatch",
    "UsedUp",
    "Violation",
    "WaitReason",
]
