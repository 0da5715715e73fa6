"""Checks, and what they say about a record."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from ingestctl.verify.outcome import Outcome
from ingestctl.verify.record import Record


@dataclass(frozen=True, slots=True)
class Judgement:
    """An outcome, and `seen` in words: a finding is a sentence that also says what should have been."""

    outcome: Outcome
    seen: str


@dataclass(frozen=True, slots=True)
class Check:
    """A name, the law in a sentence, its judge, and the checks without which it means nothing."""

    name: str
    law: str
    judge: Callable[[Record], Judgement]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of a check."""

    check: Check
    outcome: Outcome
    seen: str

    @property
    def is_finding(self) -> bool:
        """True if the service breaks the law."""
        return self.outcome is Outcome.FAILED


def passed(seen: str) -> Judgement:
    """Return the judgement of a law that was kept."""
    return Judgement(Outcome.PASSED, seen)


def not_judged(reason: str) -> Judgement:
    """Return the judgement of a law that could not be seen."""
    return Judgement(Outcome.NOT_JUDGED, reason)


def judged(findings: Sequence[str], seen: str) -> Judgement:
    """Return a failure with the first finding and the number of its like, or that the law was kept."""
    if not findings:
        return passed(seen)
    more = f" ({len(findings) - 1} more like it.)" if len(findings) > 1 else ""
    return Judgement(Outcome.FAILED, findings[0] + more)


def verdicts(checks: Sequence[Check], record: Record) -> list[Verdict]:
    """Judge a record by the checks in their order; a check comes after those that it needs."""
    found: list[Verdict] = []
    for check in checks:
        failed = {verdict.check.name for verdict in found if verdict.is_finding}
        judgement = _judgement(check, record, failed)
        found.append(Verdict(check, judgement.outcome, judgement.seen))
    return found


def _judgement(check: Check, record: Record, failed: Collection[str]) -> Judgement:
    for need in check.needs:
        if need in failed:
            return not_judged(f"it means nothing while this fails: {need}")
    return check.judge(record)
