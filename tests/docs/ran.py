"""A look, at the end of a whole run, at whether the tests that prove the guarantees did run."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.docs.guarantees import Proof, every_proof, marks_of
from tests.docs.markdown import ROOT

# The two runs that there are, see the Makefile.
FAST, SLOW = "not slow", "slow"


class Ran:
    """A plugin of pytest that lets a run fail in which one of these proofs did not pass: it may be skipped."""

    def __init__(self, proofs: Iterable[Proof]) -> None:
        self._proofs = sorted(proofs)
        self._passed: set[str] = set()

    @property
    def missing(self) -> list[Proof]:
        """The proofs without any test that passed."""
        return [proof for proof in self._proofs if proof.node_id not in self._passed]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what passed. One case of a test with parameters is enough, for one that fails is seen anyway."""
        if report.when == "call" and report.passed:
            self._passed.add(report.nodeid.partition("[")[0])

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Let a run fail that is good but for missing proofs."""
        if self.missing and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the guarantees without proof."""
        if self.missing:
            terminalreporter.section("guarantees whose tests did not run", red=True)
        for proof in self.missing:
            terminalreporter.line(f"{proof.guarantee}: {proof.node_id}")


def watch(config: pytest.Config) -> None:
    """Watch a run for the proofs that belong into it, unless it is one of chosen tests, or a worker of one."""
    if is_whole(config) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Ran(belonging(every_proof(), config)), "ran")


def is_whole(config: pytest.Config) -> bool:
    """Return whether a run has all fast or all slow tests of the files and folders that it is about."""
    option = config.option
    chosen = option.keyword or option.deselect or option.collectonly or getattr(option, "lf", False)
    return option.markexpr in (FAST, SLOW) and not chosen and not any("::" in name for name in config.args)


def belonging(proofs: Iterable[Proof], config: pytest.Config) -> list[Proof]:
    """Return those of these proofs that a whole run has to make."""
    folder = config.invocation_params.dir
    inside = [(folder / name).resolve() for name in config.args]
    outside = [(folder / name).resolve() for name in config.option.ignore or []]
    is_slow_run = config.option.markexpr == SLOW
    return [
        proof
        for proof in proofs
        if _is_below(ROOT / proof.path, inside)
        and not _is_below(ROOT / proof.path, outside)
        and is_slow(proof) == is_slow_run
    ]


def is_slow(proof: Proof) -> bool:
    """Return whether a proof is for the slow run; one that does not exist is for the fast one, which says so."""
    path = ROOT / proof.path
    return path.exists() and "slow" in marks_of(path).get(proof.test, set())


def _is_below(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)
