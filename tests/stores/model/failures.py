"""The failures of an ingestion, from the outcomes that the model keeps."""

from collections import Counter
from collections.abc import Mapping

from ingest_service.domain.failures import Cause, FailedId, FailureQuery, Failures
from ingest_service.domain.ledger import Outcome


def failures_of(outcomes: Mapping[int, Outcome], query: FailureQuery) -> Failures:
    """Return the last failures; where two causes have as many, the one with the later position is the first."""
    failed = [(position, one) for position, one in sorted(outcomes.items(), reverse=True) if one.error is not None]
    last = failed[: query.failures]
    counts = Counter(one.error for _, one in last)
    causes = [
        Cause(
            error,
            ids,
            tuple(FailedId(position, one.record_id) for position, one in last if one.error == error)[
                : query.examples
            ],
        )
        for error, ids in counts.most_common(query.causes)
        if error is not None
    ]
    return Failures(tuple(causes), dict(Counter(position // query.cell_ids for position, _ in last)))
