"""The verdicts of the self-test as a table for people, and as JSON for reports."""

import json
import platform
from collections.abc import Sequence

from rich.table import Table

from ingest_service import __version__
from ingest_service.selftest.verdict import Finding, State, Verdict

_STYLES = {State.PASSED: "green", State.FAILED: "bold red", State.SKIPPED: "yellow"}


def table(verdicts: Sequence[Verdict]) -> Table:
    """Return the table: one row for each check, with its figures below the sentence."""
    drawn = Table("Check", "Verdict", "What was found", title=_machine(), title_justify="left", show_lines=True)
    for verdict in verdicts:
        state = verdict.finding.state
        drawn.add_row(verdict.check, f"[{_STYLES[state]}]{state}[/]", _found(verdict.finding))
    return drawn


def to_json(verdicts: Sequence[Verdict]) -> str:
    """Return the same as JSON, to paste into a report."""
    checks = [
        {
            "check": verdict.check,
            "verdict": verdict.finding.state,
            "found": verdict.finding.sentence,
            "figures": dict(verdict.finding.figures),
        }
        for verdict in verdicts
    ]
    return json.dumps({"machine": _machine(), "checks": checks}, indent=2)


def _found(finding: Finding) -> str:
    figures = "; ".join(f"{name}: {value}" for name, value in finding.figures.items())
    return f"{finding.sentence}\n[dim]{figures}[/]" if figures else finding.sentence


def _machine() -> str:
    return f"ingest-service {__version__}, Python {platform.python_version()}, {platform.platform()}"
