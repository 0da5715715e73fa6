"""The table of docs/reliability.md about other queues: new rows of those that ran now, the others as they were."""

import re
from collections.abc import Mapping

from benchmarks.marked import part_between, with_part
from benchmarks.promises.contenders import CONTENDERS, Contender
from benchmarks.promises.trial import INTERVAL, KILLS, LIMIT
from benchmarks.promises.verdict import Verdict
from ingest_service.clock import NANOSECONDS

BEGIN, END = "<!-- `python -m benchmarks.promises` writes what follows. -->", "<!-- end of the queues -->"
_HEAD = [
    f"| queue | version | worst {INTERVAL} s | with {KILLS} `kill -9` | ids lost | called twice |",
    "|---|---|---:|---:|---:|---:|",
]
_ROW = re.compile(r"^\| (.+?) \|.*\|$", re.MULTILINE)


def row(contender: Contender, quiet: Verdict, killed: Verdict) -> str:
    """Return the row of a queue: how it ran without kills, and with them."""
    accepted = quiet.accepted + killed.accepted
    lost = f"{quiet.lost + killed.lost} of {accepted}"
    twice = f"{quiet.repeated + killed.repeated} of {accepted}"
    return f"| {contender.title} | {contender.version} | {_worst(quiet)} | {_worst(killed)} | {lost} | {twice} |"


def with_rows(page: str, rows: Mapping[str, str], machine: str) -> str:
    """Return the page with these rows, by the titles of their queues; raises ValueError if it has no marks."""
    _, found, _ = part_between(page, BEGIN, END)
    kept = {match[1]: match[0] for match in _ROW.finditer(found)} | dict(rows)
    table = "\n".join([*_HEAD, *(kept[one.title] for one in CONTENDERS if one.title in kept)])
    return with_part(page, BEGIN, END, [f"Measured on {machine}.", table])


def _worst(verdict: Verdict) -> str:
    """Return the most calls in an interval, and how close together one more than allowed came."""
    if verdict.closest_ns is None:
        return str(verdict.worst)
    return f"{verdict.worst} ({LIMIT + 1} in {verdict.closest_ns / NANOSECONDS:.3f} s)"
