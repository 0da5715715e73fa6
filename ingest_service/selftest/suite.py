"""All checks of the self-test, one after the other."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ingest_service.errors import IngestError
from ingest_service.selftest import clocks, crash, disk, full_disk, order, rate, restart
from ingest_service.selftest.verdict import Finding, State, Verdict

Check = Callable[[Path], Finding]
CHECKS: Mapping[str, Check] = {
    "disk": disk.check,
    "clocks": clocks.check,
    "rate": rate.check,
    "order": order.check,
    "crash": crash.check,
    "restart": restart.check,
    "full disk": full_disk.check,
}


def run(folder: Path, checks: Mapping[str, Check] = CHECKS) -> Iterator[Verdict]:
    """Yield the verdict of each check, which has a folder of its own in this one. Blocks, for a minute in all."""
    for name, check in checks.items():
        yield Verdict(name, _found(check, folder / name.replace(" ", "-")))


def _found(check: Check, folder: Path) -> Finding:
    """Make a check; one that cannot go on has failed, and the others are made all the same."""
    try:
        return check(folder)
    except (IngestError, OSError) as error:
        return Finding(State.FAILED, str(error))


def has_failed(verdicts: list[Verdict]) -> bool:
    """Return whether any check has failed."""
    return any(verdict.finding.state is State.FAILED for verdict in verdicts)
