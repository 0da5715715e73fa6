"""More services with one fault each, and one that is slow but right."""

import json
from collections.abc import Callable, Sequence
from typing import Any, Self

from ingestctl.errors import UnreachableError
from tests.acceptance.services.right import RANKS, Answer, Batch, RightService, answer


class AcceptsNothing(RightService):
    def submit(self, body: bytes) -> Answer:
        return super().submit(body) if b'"URGENT"' in body else answer(503, error="Later")


class SaysCreated(RightService):
    def submit(self, body: bytes) -> Answer:
        answered = super().submit(body)
        return Answer(201, answered.content) if answered.status_code == 200 else answered


class AcceptsEverything(RightService):
    def refuse(self, found: dict[str, list[str]]) -> Answer:
        return super().refuse(found) if "body" in found else answer(200, ingestion_id="x")


class NamesNoField(RightService):
    def refuse(self, _: dict[str, list[str]]) -> Answer:
        return answer(400, error="Invalid input")


class KnowsEverything(RightService):
    def ask(self, method: str, path: str, body: bytes) -> Answer:
        answered = super().ask(method, path, body)
        return answer(200, status="completed", batches=[]) if answered.status_code == 404 else answered


class Changed(RightService):
    """Sends statuses in which something is changed."""

    def status(self, ingestion_id: str, batches: Sequence[Batch]) -> Answer:
        return answer(200, **self.changed(json.loads(super().status(ingestion_id, batches).content)))

    def changed(self, status: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError


class NamesBatchesOtherwise(Changed):
    def changed(self, status: dict[str, Any]) -> dict[str, Any]:
        return {**status, "batches": [{"id": 1}]}


class AnswersAboutAnother(Changed):
    def changed(self, status: dict[str, Any]) -> dict[str, Any]:
        return {**status, "ingestion_id": "another"}


class IsTriggeredAtOnce(Changed):
    def changed(self, status: dict[str, Any]) -> dict[str, Any]:
        return {**status, "status": status["status"].replace("yet_to_start", "triggered")}


class ListsBatchesLate(Changed):
    def changed(self, status: dict[str, Any]) -> dict[str, Any]:
        started = [batch for batch in status["batches"] if batch["status"] != "yet_to_start"]
        return {**status, "batches": started}


class MixesClients(Changed):
    def changed(self, status: dict[str, Any]) -> dict[str, Any]:
        lists_one = status["batches"][0]["ids"] == [310]
        return {**status, "batches": [{**status["batches"][0], "ids": [310, 311]}]} if lists_one else status


class GoesBackwards(RightService):
    def status_of(self, batch: Batch) -> str:
        status = super().status_of(batch)
        is_back = batch.at is not None and 2 < self.now() - batch.at < 3
        return "triggered" if is_back else status


class NeverStarts(RightService):
    def waiting(self) -> list[Batch]:
        return []


class NeverRunsTheRest(RightService):
    def waiting(self) -> list[Batch]:
        return [batch for batch in super().waiting() if len(batch.ids) == self.batch_size]


class NeverCompletes(RightService):
    def status_of(self, batch: Batch) -> str:
        return super().status_of(batch).replace("completed", "triggered")


class IsATenthTooFast(RightService):
    def gap(self) -> float:
        return 0.9 * self.interval


class IsSlightlyTooFast(RightService):
    def gap(self) -> float:
        return 0.97 * self.interval


class NewestFirst(RightService):
    def place(self, batch: Batch) -> tuple[float, ...]:
        return batch.rank, -batch.created, batch.number


class NewestOfHighFirst(RightService):
    def place(self, batch: Batch) -> tuple[float, ...]:
        return batch.rank, -batch.created if batch.rank == RANKS["HIGH"] else batch.created, batch.number


class OneBatchASlot(RightService):
    def chosen(self, waiting: Sequence[Batch]) -> list[Batch]:
        return super().chosen(waiting)[:1]


class SharesIngestions(RightService):
    def submit(self, body: bytes) -> Answer:
        answered = super().submit(body)
        if answered.status_code == 200 and b"[301]" not in body and len(json.loads(body)["ids"]) == 1:
            shared = next(known for known, batches in self.ingestions.items() if list(batches[0].ids) == [301])
            return answer(200, ingestion_id=shared)
        return answered


class SharesAnIngestion(Changed):
    """Gives all clients one ingestion, which lists nothing."""

    def submit(self, body: bytes) -> Answer:
        answered = super().submit(body)
        if answered.status_code != 200 or len(json.loads(body)["ids"]) > 1:
            return answered
        self.ingestions["shared"] = self.ingestions[json.loads(answered.content)["ingestion_id"]]
        return answer(200, ingestion_id="shared")

    def changed(self, status: dict[str, Any]) -> dict[str, Any]:
        return {**status, "batches": []} if status["ingestion_id"] == "shared" else status


class HangsUp(RightService):
    def submit(self, body: bytes) -> Answer:
        if super().submit(body).status_code == 200:
            raise UnreachableError("The connection broke.")
        return super().submit(body)


class TakesItsTime(RightService):
    """Does not answer in the first moments after a restart."""

    def restarted(self) -> Self:
        self.answers_at = self.now() + 4
        return self

    def ask(self, method: str, path: str, body: bytes) -> Answer:
        if self.now() < getattr(self, "answers_at", 0):
            raise UnreachableError("Connection refused.")
        return super().ask(method, path, body)


class ForgetsWhatIsCompleted(RightService):
    def restarted(self) -> Self:
        for batches in self.ingestions.values():
            for batch in batches:
                batch.at = None
        return self


class EndsWithTheRestart(RightService):
    def restarted(self) -> Self:
        self.opens = float("inf")
        return self


class RefusesTheHundred(RightService):
    def submit(self, body: bytes) -> Answer:
        return answer(413, error="Too large") if len(body) > 300 else super().submit(body)


class AnswersNoStatus(RightService):
    def status(self, *_: object) -> Answer:
        raise UnreachableError("The connection broke.")


class AnswersNoStatusOfHigh(RightService):
    """Says nothing of an ingestion with the priority HIGH."""

    def status(self, ingestion_id: str, batches: Sequence[Batch]) -> Answer:
        if batches[0].rank == RANKS["HIGH"]:
            raise UnreachableError("The connection broke.")
        return super().status(ingestion_id, batches)


class LosesOneClient(RightService):
    def submit(self, body: bytes) -> Answer:
        return answer(500, error="Busy") if b"[307]" in body else super().submit(body)


class ForgetsOneClient(RightService):
    def status(self, ingestion_id: str, batches: Sequence[Batch]) -> Answer:
        lost = list(batches[0].ids) == [307]
        return answer(404, error="Not found") if lost else super().status(ingestion_id, batches)


class Breaks(RightService):
    """Breaks a connection once."""

    def __init__(self, interval: float, now: Callable[[], float]) -> None:
        super().__init__(interval, now)
        self.asked = 0

    def status(self, ingestion_id: str, batches: Sequence[Batch]) -> Answer:
        self.asked += 1
        if self.asked == 100:
            raise UnreachableError("The connection broke.")
        return super().status(ingestion_id, batches)


class PacesFromTheEnd(RightService):
    """Opens a slot one interval after the calls of the one before have ended."""

    def gap(self) -> float:
        return 1.2 * self.interval
