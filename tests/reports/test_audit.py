"""The audit of a ledger that a service wrote, over every engine."""

from contextlib import suppress
from dataclasses import replace
from itertools import count
from random import Random
from uuid import UUID

import pytest

from ingest_service.clock import NANOSECONDS
from ingest_service.domain.ledger import Answer
from ingest_service.domain.model import Priority
from ingest_service.domain.rate import Quota
from ingest_service.errors import IngestError
from ingest_service.reports.audit import PAGE, AuditReport
from tests.doubles import NothingScheduled
from tests.simulation import FIVE_SECONDS, SECOND, Simulation

RATES = [
    FIVE_SECONDS,
    replace(FIVE_SECONDS, fills=True),
    replace(FIVE_SECONDS, slot_size=7),
    replace(FIVE_SECONDS, quotas=(Quota(11, 60 * SECOND),)),
]


def audited(simulation: Simulation, noted: bytes | None = None) -> AuditReport:
    return simulation.service.audit.read(noted)


def some_fail(record_id: int, number: int) -> Answer:
    fails = (record_id + number) % 3 == 0
    return Answer(error="HTTP 503", status=503, retryable=True) if fails else Answer(result="{}")


def test_an_empty_ledger_is_clean(simulation: Simulation) -> None:
    report = audited(simulation)
    assert (report.slots, report.calls, report.named, report.chain.first) == (0, 0, (), None)


def test_a_ledger_with_retries_priorities_cancels_and_crashes_is_clean(simulation: Simulation) -> None:
    simulation.upstream.answer = some_fail
    ids = [simulation.submit(range(1, 12), name) for name in ("LOW", "MEDIUM", "HIGH", "MEDIUM")]
    for number in range(12):
        slot = simulation.engine.open()
        assert slot is not None
        if number == 4:
            simulation.service.reprioritise(ids[0], Priority.HIGH)
        if number == 6:
            simulation.service.cancel(ids[1])
        if number in (3, 8):
            simulation.start()
        else:
            simulation.finish(slot)
    simulation.run()
    report = audited(simulation)
    assert report.named == ()
    assert report.chain.unlinked == 0
    assert report.slots == report.chain.linked > 12
    assert report.limits[0].most == 3
    assert report.limits[0].span is not None
    assert report.limits[0].span >= 5 * NANOSECONDS


def test_history_that_is_removed_during_an_audit_breaks_no_chain(simulation: Simulation) -> None:
    for _ in range(3):
        simulation.submit(range(1, 3 * PAGE // 2))
    simulation.run()
    pages = count()

    def prune() -> None:
        if next(pages) == 1:
            later = simulation.clock.wall() + SECOND
            while simulation.records.prune(later, later, 10 * PAGE):
                pass

    report = simulation.service.audit.read(give_way=prune)
    assert report.named == ()
    assert report.slots == PAGE + 1


class Operator:
    """Does what clients, operators, upstreams and crashes do, by a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.trouble = self.random.random()
        rate = self.random.choice(RATES)
        self.simulation = Simulation(rate, answer=self.answer, batch_size=3)
        self.submitted: list[UUID] = []

    def answer(self, *_: int) -> Answer:
        drawn = self.random.random()
        if drawn < self.trouble * 0.5:
            return Answer(error="HTTP 503", status=503, retryable=True)
        if drawn < self.trouble * 0.6:
            return Answer(error="HTTP 404", status=404)
        if drawn < self.trouble * 0.62:
            return Answer(error="HTTP 401", status=401, retryable=True, refused=True)
        return Answer(result="{}")

    def ask(self) -> None:
        """Submit, cancel, or give another priority."""
        wanted, service = self.random.random(), self.simulation.service
        with suppress(IngestError):
            if wanted < 0.5 or not self.submitted:
                priority = self.random.choice(["LOW", "MEDIUM", "HIGH"])
                ids = range(1, self.random.randint(2, 14))
                self.submitted.append(self.simulation.submit(ids, priority))
            elif wanted < 0.65:
                service.cancel(self.random.choice(self.submitted))
            elif wanted < 0.8:
                service.reprioritise(self.random.choice(self.submitted), self.random.choice(list(Priority)))

    def crash(self) -> None:
        """Open a slot, call its ids or not, and start again."""
        self.simulation.forget_arrivals()
        self.ask()
        with suppress(NothingScheduled):
            slot = self.simulation.engine.open()
            if slot is not None and self.random.random() < 0.5:
                for record_id in slot.ids:
                    self.simulation.upstream.fetch(record_id, slot.until)
        self.simulation.start()

    def prune(self) -> None:
        """Remove what has ended."""
        simulation = self.simulation
        simulation.clock.time += 10
        while simulation.records.prune(simulation.clock.wall(), 0, self.random.randint(1, 40)):
            pass

    def step(self) -> None:
        self.ask()
        clock = self.simulation.clock
        clock.at(clock.time + self.random.randint(0, 8) * SECOND, self.ask)
        self.random.choices([self.crash, self.prune, self.simulation.run_slot], [2, 2, 12])[0]()


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_the_ledger_is_clean(seed: int) -> None:
    operator = Operator(seed)
    for _ in range(25):
        operator.step()
    if seed % 2:
        operator.simulation.run()
    report = audited(operator.simulation)
    assert report.named == ()
    assert report.chain.linked == report.slots


@pytest.mark.parametrize("noted", ["first", "last"])
def test_a_noted_hash_is_found_later(simulation: Simulation, noted: str) -> None:
    simulation.submit(range(1, 10))
    simulation.run()
    hash_then = getattr(audited(simulation).chain, noted)
    simulation.submit(range(1, 10))
    simulation.run()
    assert audited(simulation, hash_then).named == ()
    (missing,) = audited(simulation, b"other").named
    assert missing.kind == "chain"
