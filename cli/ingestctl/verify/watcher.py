"""Submissions, and looks at them until something is seen."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from ingestctl.http.submission import body
from ingestctl.models import Priority
from ingestctl.verify.asking import Asker, Reply
from ingestctl.verify.timing import Timing
from ingestctl.verify.watched import Watched


class NotAcceptedError(Exception):
    """A right submission that was not accepted; the text is the finding."""


class Watcher:
    """Ingestions that are looked at together; everything blocks. Not for several threads at once."""

    def __init__(self, asker: Asker, timing: Timing) -> None:
        self._asker = asker
        self._timing = timing
        self._watched: list[Watched] = []

    def submit(self, ids: Sequence[int], priority: Priority) -> Watched:
        """Submit ids and look at them at once; raises NotAcceptedError if they are not accepted."""
        reply = self._asker.ask("POST", "/ingest", body(ids, priority, None))
        if (ingestion_id := accepted_id(reply)) is None:
            raise NotAcceptedError(
                f"POST /ingest of {len(ids)} ids, {priority}, {reply}; it should answer 200 and an ingestion_id."
            )
        watched = Watched(ids, priority, ingestion_id, reply.asked, reply.answered)
        self._watched.append(watched)
        watched.see(self._asker.status(ingestion_id))
        return watched

    def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Look at all of them until the condition holds, at most for some seconds; return whether it does."""
        end = self._timing.now() + seconds
        while not (holds := condition()) and self._timing.now() < end:
            self._timing.wait(self._timing.pause)
            self._look()
        return holds

    def _look(self) -> None:
        for one in self._watched:
            if not one.is_completed:
                one.see(self._asker.status(one.ingestion_id))


def accepted_id(reply: Reply) -> str | None:
    """Return the ingestion id in the answer to a submission, None if it has none."""
    content: Any = reply.body
    if reply.status != HTTPStatus.OK or not isinstance(content, dict):
        return None
    ingestion_id = content.get("ingestion_id")
    return ingestion_id if isinstance(ingestion_id, str) and ingestion_id else None
