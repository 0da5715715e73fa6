"""Every operation of the HTTP API: the one table that its description is made from."""

from ingest_service.web.ingest.operations import READ_STATUS, SUBMIT
from ingest_service.web.ingestions.operations import INGESTIONS, OUTCOMES
from ingest_service.web.operations.service import SERVICE
from ingest_service.web.slots.operations import SLOTS

# The headings of the description, and what stands below each.
OPERATIONS = {
    "Submit ids": (SUBMIT,),
    "Follow ingestions, and change them": (READ_STATUS, *INGESTIONS),
    "Take what came of them": OUTCOMES,
    "See and steer the slots": SLOTS,
    "Run the service": SERVICE,
}
