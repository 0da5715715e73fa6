"""The minutes of the last day: only the last two are counted again."""

from collections.abc import Sequence

from ingest_service.clock import NANOSECONDS
from ingest_service.domain.seats import MinuteTally

DAY = 86_400 * NANOSECONDS
# Of these slots the minutes are counted, so that the first reading takes a fraction of a second: a day has fewer
# that are 5 seconds apart.
COUNTED_SLOTS = 20_000


def recount_from(known: Sequence[MinuteTally]) -> int:
    """Return the number of the first slot that may have changed since these minutes were counted."""
    return known[-2].first_slot if len(known) > 1 else 0


def of_a_day(known: Sequence[MinuteTally], found: Sequence[MinuteTally], taken_at: int) -> tuple[MinuteTally, ...]:
    """Return the minutes of the day before a moment: those known, as far as they are not counted again."""
    return tuple(minute for minute in (*known[:-2], *found) if minute.start >= taken_at - DAY)


def counted_from(minutes: Sequence[MinuteTally]) -> int | None:
    """Return the time from which on slots were counted, None where all of the day were."""
    is_cut = sum(minute.slots for minute in minutes) >= COUNTED_SLOTS
    return minutes[0].start if is_cut else None
