"""All checks, and the run that they judge."""

from collections.abc import Callable

from ingestctl.verify.asking import Line
from ingestctl.verify.laws.answers import answer_times, submissions, unknown_ids, wrong_input
from ingestctl.verify.laws.clients import clients
from ingestctl.verify.laws.completion import completion
from ingestctl.verify.laws.example import example
from ingestctl.verify.laws.order import late_choice, order
from ingestctl.verify.laws.rate import rate
from ingestctl.verify.laws.restart import restart
from ingestctl.verify.laws.statuses import batches, hundred_ids, outer_status, shape, transitions
from ingestctl.verify.scenario import Scenario
from ingestctl.verify.timing import Timing
from ingestctl.verify.verdict import Check, Verdict, verdicts

_LAWS_OF_THE_EXAMPLE = ("shape", "batches", "completion", "rate", "order", "late choice")

CHECKS = (
    Check("submissions", "POST /ingest accepts ids and answers 200 with an ingestion_id.", submissions),
    Check("wrong input", "A wrong request is refused with its status code and JSON that says why.", wrong_input),
    Check("unknown ids", "GET /status of an unknown ingestion answers 404 with JSON.", unknown_ids),
    Check("shape", "GET /status answers ingestion_id, status and batches of batch_id, ids and status.", shape),
    Check(
        "batches", "Ids become batches of 3 in their order, all listed from the first moment.", batches, ("shape",)
    ),
    Check("100 ids", "100 ids are accepted at once, and all of them are listed.", hundred_ids, ("batches",)),
    Check("20 clients", "20 clients at the same time each get an ingestion of their own.", clients),
    Check("transitions", "A batch goes from yet_to_start to triggered to completed.", transitions, ("shape",)),
    Check("outer status", "The status of an ingestion follows from its batches.", outer_status, ("batches",)),
    Check("completion", "Every batch starts in its turn, and is completed.", completion, ("shape",)),
    Check("rate", "At most 3 ids start in any 5 seconds.", rate, ("shape",)),
    Check("order", "HIGH goes before MEDIUM before LOW, and the older before the newer.", order, ("shape",)),
    Check("late choice", "What comes during the wait and is more urgent goes first.", late_choice, ("order",)),
    Check(
        "example", "The example of the specification runs as it is written there.", example, _LAWS_OF_THE_EXAMPLE
    ),
    Check("answer times", "Answers come at once, whatever waits.", answer_times),
    Check("restart", "A restart loses nothing.", restart),
)


def run(
    connect: Callable[[], Line], timing: Timing, say: Callable[[str], None], restart: Callable[[], None] | None
) -> list[Verdict]:
    """Ask a service everything and judge it: blocks for about eight intervals; its queue should be empty.

    `connect` makes a line for a thread, `say` gets a sentence about each stage, and `restart` blocks until the
    service has been restarted, or raises RestartFailedError. Raises the errors of `ingestctl.errors` but
    NoAnswerError, which is an observation.
    """
    return verdicts(CHECKS, Scenario(connect, timing, say).run(restart))
