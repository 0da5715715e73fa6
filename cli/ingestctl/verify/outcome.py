"""Outcomes of a check."""

from enum import StrEnum


class Outcome(StrEnum):
    """A check is not judged if what it needs was not seen, or was found wrong already."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_JUDGED = "not judged"
