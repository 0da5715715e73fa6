"""Services with one fault each; all else is right."""

from collections.abc import Callable, Sequence
from typing import Self

from tests.acceptance.services.right import Answer, Batch, RightService


class IgnoresPriority(RightService):
    """Runs the oldest first, whatever its priority."""

    def place(self, batch: Batch) -> tuple[float, ...]:
        return batch.created, batch.number


class IgnoresTheRate(RightService):
    """Opens two slots in an interval."""

    def gap(self) -> float:
        return self.interval / 2


class ChoosesBeforeItWaits(RightService):
    """Takes the next slot's batches out of the queue as soon as there are any, and waits with them in hand."""

    def __init__(self, interval: float, now: Callable[[], float]) -> None:
        super().__init__(interval, now)
        self.in_hand: list[Batch] = []

    def submit(self, body: bytes) -> Answer:
        answered = super().submit(body)
        self.take()
        return answered

    def chosen(self, _: Sequence[Batch]) -> list[Batch]:
        chosen, self.in_hand = self.in_hand, []
        for batch in chosen:
            batch.at = self.opens
        self.take()
        return chosen

    def take(self) -> None:
        self.in_hand = self.in_hand or super().chosen(self.waiting())


class LosesTheRest(RightService):
    """Makes batches of 3 as long as there are 3 ids."""

    def split(self, ids: Sequence[int]) -> list[Sequence[int]]:
        return [batch for batch in super().split(ids) if len(batch) == self.batch_size]


class FailsOnWrongInput(RightService):
    """Answers wrong input as programs do that crash on it."""

    def refuse(self, _: dict[str, list[str]]) -> Answer:
        return Answer(500, b"<!doctype html><title>500 Internal Server Error</title>")


class MakesBatchesOfFour(RightService):
    """Has another size of batches."""

    batch_size = 4


class ForgetsOnRestart(RightService):
    """Keeps everything in memory only."""

    def restarted(self) -> Self:
        return type(self)(self.interval, self.now)
