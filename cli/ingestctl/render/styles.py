"""Styles of statuses and priorities on a terminal."""

from ingestctl.models import Priority, Status

STYLES: dict[str, str] = {
    Status.COMPLETED: "green",
    Status.TRIGGERED: "bold yellow",
    Status.YET_TO_START: "dim",
    Status.CANCELLED: "red",
    Priority.HIGH: "bold",
    Priority.MEDIUM: "",
    Priority.LOW: "dim",
}
