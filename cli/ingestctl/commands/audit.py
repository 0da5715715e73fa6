"""`ingestctl audit`."""

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

import click

from ingestctl.audit.comparison import Comparison, compare, ledger_calls, sentences_of
from ingestctl.audit.upstream_log import LoggedCall, LogReader
from ingestctl.commands.arguments import common
from ingestctl.commands.context import CliContext
from ingestctl.commands.output import Form, output_option, print_rows
from ingestctl.errors import IngestctlError, UsageError
from ingestctl.models import Audit
from ingestctl.render.audit import chain_lines, figure_rows, log_lines, rate_sentences
from ingestctl.render.json_lines import as_json
from ingestctl.render.printing import print_line, print_lines

# It reads the whole ledger before it answers.
_TIMEOUT_SECONDS = 900.0
_MOST_SENTENCES = 20


@click.command()
@click.option("--noted", metavar="HASH", help="A last hash that was noted: the chain must still have it.")
@click.option("--upstream-log", metavar="FILE", help="Compare with the upstream's own log; - for standard input.")
@output_option(Form.TABLE, Form.JSON)
@common
@click.pass_context
def audit(ctx: click.Context, noted: str | None, upstream_log: str | None, form: Form) -> None:
    """Check by the ledger that the promise was kept.

    A log of the upstream has a time (seconds since 1970, or RFC 3339) and an id in each line, or is an access log
    with the id at the end of the path or in the query; it may be compressed with gzip. The exit code is 1 if
    anything breaks the promise.
    """
    context = ctx.ensure_object(CliContext)
    reader = LogReader()
    log = None if upstream_log is None else _read(upstream_log, reader)
    with context.client(timeout=_TIMEOUT_SECONDS) as client:
        report = client.audit(noted)
        comparison = None if log is None else compare(ledger_calls(client.slots()), log)
    too_fast = [] if log is None else list(rate_sentences(report, log))
    is_kept = report.clean and not too_fast and not (comparison and comparison.extra)
    if form is Form.JSON:
        print_line(as_json(_json(report, reader, comparison, too_fast)))
    else:
        _print(report, reader, comparison, too_fast)
        print_line("The promise was kept." if is_kept else "The promise was not kept.")
    if not is_kept:
        ctx.exit(IngestctlError.exit_code)


def _print(report: Audit, reader: LogReader, comparison: Comparison | None, too_fast: list[str]) -> None:
    print_rows(figure_rows(report))
    print_lines(chain_lines(report))
    if comparison is not None:
        print_lines(log_lines(reader, comparison))
        _print_first(list(sentences_of(comparison)))
        _print_first(too_fast)
    for violation in report.named:
        print_line(f"{violation.kind}: {violation.sentence}")
    unnamed = sum(report.violations.values()) - len(report.named)
    if unnamed > 0:
        print_line(f"and {unnamed:,} more violations")


def _print_first(sentences: list[str]) -> None:
    print_lines(sentences[:_MOST_SENTENCES])
    if len(sentences) > _MOST_SENTENCES:
        print_line(f"and {len(sentences) - _MOST_SENTENCES:,} more like these")


def _json(report: Audit, reader: LogReader, comparison: Comparison | None, too_fast: list[str]) -> dict[str, Any]:
    if comparison is None:
        return dict(report.raw)
    log = {
        **asdict(reader),
        "matched": comparison.matched,
        "clock_offset_seconds": comparison.offset,
        "outside": comparison.outside,
        "only_in_log": len(comparison.extra),
        "only_in_ledger": len(comparison.missing),
        "differences": list(sentences_of(comparison)),
        "rate": too_fast,
    }
    return {**report.raw, "upstream_log": log}


def _read(name: str, reader: LogReader) -> list[LoggedCall]:
    """Read a log, in order of time. Raises UsageError if it cannot be read, or has no call."""
    shown = "standard input" if name == "-" else repr(name)
    try:
        with _opened(name) as text:
            calls = sorted(reader.calls(text), key=lambda call: call.time)
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"Cannot read {shown}: {getattr(error, 'strerror', None) or error}.") from error
    if not calls:
        first = "" if reader.first_unread is None else f": line {reader.first_unread} is none"
        raise UsageError(f"There is no line with a time and an id in {shown}{first}.")
    return calls


@contextmanager
def _opened(name: str) -> Iterator[TextIO]:
    if name == "-":
        yield sys.stdin
        return
    with Path(name).open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        with gzip.open(file) if is_packed else file as content:
            yield io.TextIOWrapper(content, encoding="utf-8-sig", errors="replace")
