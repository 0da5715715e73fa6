"""Submissions read from the bodies of requests."""

from dataclasses import dataclass
from threading import Lock

from ingest_service.domain.model import Priority
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.web.http.bodies import LARGE_BYTES
from ingest_service.web.ingest.large_bodies import parse_large
from ingest_service.web.ingest.requests import SubmissionBody, too_many

# A large body and what is made of it may take a hundred megabytes.
_one_at_a_time = Lock()


@dataclass(frozen=True, slots=True)
class ParsedSubmission:
    """Submission of a client; `deadline` is nanoseconds of the wall clock."""

    ids: PackedIds
    priority: Priority
    deadline: int | None


def parse_submission(body: bytes, max_ids: int) -> ParsedSubmission:
    """Read a submission of at most `max_ids` ids; waits while another large one is read. Raises InvalidInput."""
    if len(body) <= LARGE_BYTES:
        return _parse_small(body, max_ids)
    with _one_at_a_time:
        submission, ids = parse_large(body, max_ids)
    return ParsedSubmission(ids, submission.priority, submission.deadline_at)


def _parse_small(body: bytes, max_ids: int) -> ParsedSubmission:
    submission = SubmissionBody.parse(body)
    if (count := len(submission.ids)) > max_ids:
        raise too_many(count, max_ids)
    return ParsedSubmission(PackedIds.of(submission.ids), submission.priority, submission.deadline_at)
