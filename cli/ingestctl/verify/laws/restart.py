"""The law about a restart."""

from ingestctl.models import IngestionStatus, Status
from ingestctl.verify.asking import Reply
from ingestctl.verify.record import Record
from ingestctl.verify.verdict import Judgement, judged, not_judged
from ingestctl.verify.watched import Watched, status_in


def restart(record: Record) -> Judgement:
    """Judge what the service knew after a restart, and whether it went on."""
    if record.restart_failure:
        return judged([record.restart_failure], "")
    if record.restart is None:
        return not_judged("no command that restarts the service was given")
    at, again = record.restart.at, record.restart.again
    findings = [finding for one, reply in again if (finding := _finding(one, reply, at))]
    begun = record.restart.begun
    if not findings and begun and not begun.all_started:
        findings = [f"After the restart, the rest of {begun} did not start; it should go on."]
    return judged(findings, f"{len(again)} ingestions known, and the rest went on")


def _finding(one: Watched, reply: Reply, at: float) -> str | None:
    if (now := status_in(reply)) is None:
        return f"After the restart, GET /status of {one} {reply}; what was accepted should still be known."
    before = [sighting.status for sighting in one.sightings if sighting.answered <= at]
    if gone := {batch for status in before for batch in _completed(status)} - _completed(now):
        return f"After the restart, {len(gone)} batches of {one} are no longer completed; they should be."
    return None


def _completed(status: IngestionStatus) -> set[str]:
    return {batch.batch_id for batch in status.batches if batch.status is Status.COMPLETED}
