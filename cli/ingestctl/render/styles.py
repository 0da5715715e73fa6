"""Styles of statuses, priorities and verdicts on a terminal."""

from ingestctl.models import Priority, Status
from ingestctl.verify.outcome import Outcome

STYLES: dict[str, str] = {
    Status.COMPLETED: "green",
    Status.TRIGGERED: "bold yellow",
    Status.YET_TO_START: "dim",
    Status.CANCELLED: "red",
    Priority.HIGH: "bold",
    Priority.MEDIUM: "",
    Priority.LOW: "dim",
    Outcome.PASSED: "green",
    Outcome.FAILED: "bold red",
    Outcome.NOT_JUDGED: "dim",
}
