"""The law about many clients at the same time."""

from ingestctl.verify.record import ClientSeen, Record
from ingestctl.verify.verdict import Judgement, judged, not_judged
from ingestctl.verify.watched import status_in


def clients(record: Record) -> Judgement:
    """Judge what clients at the same time were answered."""
    if not record.clients:
        return not_judged("the run ended before")
    findings = [finding for client in record.clients if (finding := _finding(client))]
    ingestions = {client.ingestion_id for client in record.clients}
    if not findings and len(ingestions) < len(record.clients):
        findings = [
            f"{len(record.clients)} clients got {len(ingestions)} different ingestion ids; each should get one."
        ]
    return judged(findings, f"{len(record.clients)} clients at once, each with an ingestion of its own")


def _finding(client: ClientSeen) -> str | None:
    if client.ingestion_id is None or client.status is None:
        return (
            f"POST /ingest of one client among many {client.submitted}; it should answer 200 and an ingestion_id."
        )
    if (status := status_in(client.status)) is None:
        return f"GET /status of one client among many {client.status}; it should answer 200 and its status."
    if foreign := {one for batch in status.batches for one in batch.ids} - {client.record_id}:
        return f"The ingestion of the id {client.record_id} lists {sorted(foreign)}; it should list that id only."
    return None
