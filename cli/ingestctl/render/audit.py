"""An audit as a person reads it."""

from collections.abc import Iterator, Sequence

from ingestctl.audit.comparison import Comparison, too_close
from ingestctl.audit.upstream_log import LoggedCall, LogReader
from ingestctl.models import Audit, AuditedLimit
from ingestctl.render.rows import Rows
from ingestctl.render.times import window


def figure_rows(report: Audit) -> Rows:
    """Return the figures, one in each row."""
    figures = {
        "slots": f"{report.slots:,}",
        "calls": f"{report.calls:,}",
        "empty seats": f"{report.empty_seats:,}",
        "ingestions": f"{report.ingestions:,}",
        "outcomes": f"{report.outcomes:,}",
    }
    for limit in report.limits:
        figures[f"most calls in {window(limit.seconds)}"] = f"{limit.most_calls:,} of {limit.ids:,}"
        figures[f"shortest time of {limit.ids + 1:,}"] = _span(limit)
    for kind, count in report.violations.items():
        figures[f"violations: {kind}"] = f"{count:,}"
    return Rows(("Figure", "Value"), list(figures.items()))


def chain_lines(report: Audit) -> Iterator[str]:
    """Yield what there is to say of the chain, and of the clocks."""
    chain = report.chain
    if chain.first_hash is not None:
        yield f"first hash  {chain.first_hash}"
        yield f"last hash   {chain.last_hash}"
    if chain.slots_without:
        yield f"{chain.slots_without:,} slots have no hash: an older version opened or closed them."
    if report.clock == "wall":
        yield "Times are of the clock of the database, which may have been set."
    if report.clock_changes:
        yield f"The clock changed {report.clock_changes:,} times: windows over a change are not judged."


def log_lines(reader: LogReader, comparison: Comparison) -> Iterator[str]:
    """Yield what the log and the ledger have in common."""
    yield f"{comparison.matched:,} calls are in the ledger and in the log."
    if comparison.offset is not None:
        yield f"The clock of the log is {comparison.offset:+.3f} s from that of the service (median)."
    if comparison.outside:
        yield f"{comparison.outside:,} calls lie outside of the time that both have: they are not judged."
    if reader.unread:
        yield f"{reader.unread:,} of {reader.lines:,} lines are no calls; the first is line {reader.first_unread}."


def rate_sentences(report: Audit, log: Sequence[LoggedCall]) -> Iterator[str]:
    """Yield a sentence for each limit that the log shows to be exceeded for certain."""
    for limit in report.limits:
        found = list(too_close(log, limit.ids, limit.seconds))
        if found:
            first, last = found[0]
            yield (
                f"By the clock of the log, {limit.ids + 1:,} calls came in less than {window(limit.seconds)} "
                f"{len(found):,} times: first for ids {first.record_id} to {last.record_id}, "
                f"{last.time - first.time:g} s apart."
            )


def _span(limit: AuditedLimit) -> str:
    return "-" if limit.smallest_span_seconds is None else f"{limit.smallest_span_seconds:.3f} s"
