"""Calls that the upstream refused for their credentials: whether they say something of their ids.

A key that has expired lets every call fail, whatever its id. So a refusal counts for its id only where other
answers show that the credentials are accepted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from ingest_service.domain.ledger import Call, Slot

_HOUR = 3600 * 10**9
# Every call of this many slots in a row was refused: the credentials are not accepted.
SLOTS_OF_REFUSAL = 3
# Then an id that was refused lets as many slots go before it as were refused in a row, but no more than these: so
# the probes do not come back to one id that is refused for its own sake.
_MOST_SLOTS_BEFORE = 12


@dataclass(frozen=True, slots=True)
class Refusals:
    """The refusals that are known when a slot ends: the `streak` of slots in a row, before it, that were refused.

    `before` are those ids of the slot, by sequence and position, that were called in this or an earlier streak.
    `is_last`: nothing waits but the ids of the slot.
    """

    streak: int = 0
    before: frozenset[tuple[int, int]] = frozenset()
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """The calls of a slot after a judgement, and the slots in a row that were refused, with this one.

    An answer that is `refused` still says nothing of its id.
    """

    calls: Sequence[Call]
    streak: int = 0

    def least_wait(self, interval: int) -> int:
        """Return for how long the refused ids wait at least, with slots that are this far apart (nanoseconds)."""
        if self.streak < SLOTS_OF_REFUSAL:
            return 0
        before = interval * min(self.streak, _MOST_SLOTS_BEFORE)
        return min(before, max(interval, _HOUR)) + interval // 2


def depend_on_others(calls: Sequence[Call]) -> bool:
    """Return whether what the calls of a slot say of their ids, and of the credentials, depends on other slots."""
    return _has_refusal(calls) or not _is_accepted(calls)


def settle(slot: Slot, calls: Sequence[Call], find: Callable[[], Refusals]) -> Settled:
    """Judge the calls of a slot; `find` is asked for what is known, where they depend on others.

    A refusal is final beside an answer that shows that the credentials are accepted, unless they were not in the
    slot before: then they were mended just now. It is final, too, for an id that was refused before such an answer
    and is refused again right after it.
    """
    if not depend_on_others(calls):
        return Settled(calls)
    known = find()
    if _is_accepted(calls):
        return Settled(calls if known.streak else [_final(call) for call in calls])
    if not _has_refusal(calls):
        return Settled(calls, known.streak)
    if known.streak == 0:
        places = [(batch.sequence, position) for batch in slot.batches for position in batch.positions]
        judged = [_final(c) if p in known.before else c for p, c in zip(places, calls, strict=True)]
        return Settled(judged, 1)
    if _is_about_the_last_id(calls, known):
        return Settled([_passing(call) for call in calls], known.streak)
    return Settled(calls, known.streak + 1)


def _has_refusal(calls: Sequence[Call]) -> bool:
    return any(call.was_made and call.answer.refused for call in calls)


def _is_accepted(calls: Sequence[Call]) -> bool:
    return any(call.was_made and call.answer.accepts for call in calls)


def _is_about_the_last_id(calls: Sequence[Call], known: Refusals) -> bool:
    """Return whether the only id that is left was answered 403 again.

    It may be refused for its own sake, and no other id will ever show that. So it has as many attempts as any.
    """
    is_alone = known.is_last and len(calls) == 1 and bool(known.before)
    return is_alone and calls[0].answer.status == HTTPStatus.FORBIDDEN


def _final(call: Call) -> Call:
    return replace(call, answer=replace(call.answer, refused=False)) if call.answer.refused else call


def _passing(call: Call) -> Call:
    return replace(call, answer=replace(call.answer, refused=False, retryable=True))
