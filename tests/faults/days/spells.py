"""The spells of a day, asked by the clock."""

from collections.abc import Sequence

from tests.doubles import VirtualClock
from tests.faults.days.plan import Spell


class Spells:
    """The kind of spell that there is now; the times of the spells count from the time of the clock at first."""

    def __init__(self, clock: VirtualClock, spells: Sequence[Spell]) -> None:
        self._clock = clock
        self._began = clock.now()
        self._spells = spells

    def kind(self) -> str | None:
        """Return the kind of the first spell that lasts, None if there is none."""
        now = self._clock.now() - self._began
        return next((spell.kind for spell in self._spells if spell.begin <= now < spell.end), None)
