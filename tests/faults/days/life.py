"""A whole service that lives through a planned day: killed, started again, with faults all around."""

from contextlib import suppress
from functools import partial
from threading import Event

from ingest_service.errors import StoreError
from ingest_service.service import Service
from tests.doubles import NothingScheduled
from tests.engines.places import EmbeddedPlace
from tests.faults.days.clients import Clients
from tests.faults.days.disk import Death, DyingDatabase, Steps
from tests.faults.days.notes import Killed, Notes, Started
from tests.faults.days.plan import (
    DAY,
    Change,
    Day,
    Happening,
    Kill,
    Look,
    Restart,
    Retry,
    SetWallClock,
    Submit,
    Switch,
    WriteSlips,
)
from tests.faults.days.spells import Spells
from tests.faults.days.upstream import PlannedUpstream
from tests.simulation import SECOND, Simulation

# What is left at the end of the day must be done by then.
_LONGEST = 30 * DAY


class Life:
    """The service from the begin of a day until nothing waits any more."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._steps = Steps(day.kills)
        self._place = EmbeddedPlace()
        self._clock = self._place.clock
        self._clock.thread_lag = day.thread_lag
        self._database = DyingDatabase(day, self._steps, Spells(self._clock, day.disk))
        self._place.database = self._database
        self.notes = Notes(day.rate, day.batch_size, day.retry_rules.max_attempts, day.retry_rules.backoff)
        self._upstream = PlannedUpstream(
            day.seed, day.rate.interval, self._clock, self._steps, Spells(self._clock, day.upstream), self.notes
        )
        self._clients = Clients(self._running, self._clock, self.notes)
        self._is_up = False
        self._simulation = self._first_start()

    def run(self) -> Notes:
        """Live through the day, let all faults end, finish what waits, and let the clients look at everything."""
        for time, happening in self._day.happenings:
            self._clock.at(self._place.began + time, partial(self._happen, happening))
        self._clock.at(self._place.began + 2 * DAY, self._end_faults)
        while self._lives():
            pass
        self._clients.look_at_all()
        return self.notes

    def _first_start(self) -> Simulation:
        day = self._day
        simulation = Simulation(
            day.rate,
            self._upstream.latency,
            self._upstream.answer,
            day.retry_rules,
            day.most_ids,
            self._place,
            day.batch_size,
        )
        self._is_up = True
        return simulation

    def _running(self) -> Service | None:
        return self._simulation.service if self._is_up else None

    def _lives(self) -> bool:
        """Run until the service ends in some way, and start it again; False once nothing is to come."""
        try:
            while self._simulation.dispatcher.run_once():
                assert self._clock.now() < self._place.began + _LONGEST, "the service comes to no end"
            self._simulation.records.stop()
        except NothingScheduled:
            return False
        except Death as death:
            self.notes.add(Killed(self._clock.now(), death.boots))
            self._database.crash()
        self._is_up = False
        self._start_again()
        return True

    def _start_again(self) -> None:
        """Start again, as a supervisor does until it works."""
        while not self._is_up:
            self._clock.wait(Event(), self._clock.now() + SECOND)
            with suppress(StoreError):
                self._simulation.start()
                self._is_up = True
        self.notes.add(Started(self._clock.now()))

    def _end_faults(self) -> None:
        self._steps.end_kills()
        self._database.heal()
        self._upstream.heal()
        self._clients.switch(Switch(pauses=False))

    def _happen(self, happening: Happening) -> None:
        match happening:
            case Submit():
                self._clients.submit(happening)
            case Change():
                self._clients.change(happening)
            case Look():
                self._clients.look(happening)
            case Retry():
                self._clients.retry(happening)
            case Switch():
                self._clients.switch(happening)
            case SetWallClock():
                self._clock.wall_offset += happening.by
            case _ if self._is_up:
                self._happen_to_the_service(happening)

    def _happen_to_the_service(self, happening: Happening) -> None:
        if isinstance(happening, Kill):
            if happening.boots:
                self._clock.boot_name += "'"
            raise Death(boots=happening.boots)
        if isinstance(happening, Restart):
            self._simulation.engine.stop()
        elif isinstance(happening, WriteSlips) and self._simulation.causes.bell.is_set():
            with suppress(StoreError):
                self._simulation.write_down_slips()
