"""Verdicts of a run as a table, with a sentence for each finding below it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ingestctl.render.rows import Rows
from ingestctl.render.wording import counted
from ingestctl.verify.outcome import Outcome
from ingestctl.verify.verdict import Verdict


def verdict_rows(verdicts: Sequence[Verdict]) -> Rows:
    """Return a row for each check; one that failed has its law, for the finding is too long."""
    return Rows(("Check", "Verdict", "Seen"), [_row(verdict) for verdict in verdicts])


def conclusion(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield each finding as a line, and then the number of checks by their outcome."""
    for verdict in verdicts:
        if verdict.is_finding:
            yield f"{verdict.check.name}: {verdict.seen}"
    counts = Counter(verdict.outcome for verdict in verdicts)
    yield f"{counted(len(verdicts), 'check')}: {', '.join(f'{counts[one]} {one}' for one in Outcome)}"


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict for programs."""
    check = verdict.check
    return {"check": check.name, "law": check.law, "verdict": verdict.outcome, "seen": verdict.seen}


def _row(verdict: Verdict) -> tuple[str, str, str]:
    return verdict.check.name, verdict.outcome, verdict.check.law if verdict.is_finding else verdict.seen
