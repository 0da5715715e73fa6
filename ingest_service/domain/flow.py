"""The ids that came, and those that were cancelled."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MinuteFlow:
    """The ids that were accepted in one minute, from `start` on (wall clock), and those that were cancelled.

    An id is cancelled if it was still to be called when its ingestion was cancelled.
    """

    start: int
    accepted: int
    cancelled: int
