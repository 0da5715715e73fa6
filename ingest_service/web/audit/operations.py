"""The operation that audits, as it is described."""

from ingest_service.web.audit.models import Audit, AuditedChain, AuditedLimit, Violation, Violations
from ingest_service.web.audit.views import AuditQuery
from ingest_service.web.openapi.answers import IF_NONE_MATCH, UNAVAILABLE, polled, wrong
from ingest_service.web.openapi.operation import Operation, query_of

CLEAN = Audit(
    clean=True,
    slots=17_280,
    calls=51_838,
    empty_seats=2,
    ingestions=31,
    outcomes=51_836,
    clock="monotonic",
    clock_changes=0,
    limits=[AuditedLimit(ids=3, seconds=5, most_calls=3, smallest_span_seconds=5.0)],
    chain=AuditedChain(
        slots=17_280,
        slots_without=0,
        first_hash="9f2c4be1a0d37c58e6b1f4a2d9087c35be6f1a2d4c8093e7f5a1b2c3d4e5f607",
        last_hash="1b7e05c9d2f3a8467c1e9b0d5a3f2e8c7d6b4a19085f3e2c1d0b9a8f7e6d5c40",
        first_broken=None,
    ),
    violations=Violations(chain=0, rate=0, order=0, ids=0),
    named=[],
)
BROKEN = CLEAN.model_copy(
    update={
        "clean": False,
        "chain": CLEAN.chain.model_copy(update={"first_broken": 7}),
        "violations": Violations(chain=1, rate=0, order=0, ids=0),
        "named": [
            Violation(kind="chain", sentence="the calls of slot 7 are not those that it was opened with"),
        ],
    }
)

AUDIT = Operation(
    "GET /audit",
    "audit",
    "Check by the ledger that the promise was kept",
    description="It reads the whole ledger, which takes a minute where there are a million slots.",
    parameters=(
        *query_of(AuditQuery, noted="A hash of a former audit: it is a violation if the chain does not have it."),
        IF_NONE_MATCH,
    ),
    answers=(
        *polled("What the ledger proves.", clean=CLEAN, broken=BROKEN),
        wrong("A parameter is wrong.", AuditQuery, "noted"),
        UNAVAILABLE,
    ),
)
