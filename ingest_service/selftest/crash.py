"""The check of crashes: kill -9 under load, again and again."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from ingest_service.selftest.trial import SLOT_SIZE, Trial, rest
from ingest_service.selftest.verdict import Finding, judged

INTERVAL = 0.4
# So long a slot is open, in seconds: long enough for kills in the middle of one.
LATENCY = 0.2
KILLS = 6
# Submissions between two kills, each of up to five ids.
SUBMISSIONS = 4


@dataclass(frozen=True)
class Record:
    """The answers that the clients got, and the calls that the upstream saw."""

    kills: int
    accepted: int
    lost: Sequence[int]
    not_completed: bool
    repeated: int
    most_in_an_interval: int
    most_in_work: int


def check(folder: Path) -> Finding:
    """Kill the service at random moments while ids are submitted, and let it end what it has accepted."""
    # Only the moments are random; the same in every run.
    random = Random(1)  # noqa: S311
    with Trial(folder, INTERVAL, LATENCY) as trial:
        trial.start()
        for _ in range(KILLS):
            _submit_some(trial, random)
            rest(random.uniform(0, INTERVAL))
            trial.kill()
            trial.start()
        is_done = trial.until_done()
        return judge(_record(trial, is_done))


def judge(record: Record) -> Finding:
    """Judge what is left of the promise after the kills."""
    figures = {
        "kills": record.kills,
        "ids accepted": record.accepted,
        "ids lost": len(record.lost),
        "calls made again": record.repeated,
        "most in an interval": record.most_in_an_interval,
        "most in work": record.most_in_work,
    }
    good = (
        f"{record.kills} times kill -9: none of {record.accepted} accepted ids was lost, and at most "
        f"{record.most_in_an_interval} calls came in any interval"
    )
    return judged(_fault(record), good, figures)


def _fault(record: Record) -> str | None:
    if record.lost:
        return f"{len(record.lost)} accepted ids were never called, such as {record.lost[0]}"
    if record.not_completed:
        return "what was accepted was not completed in time"
    if record.most_in_an_interval > SLOT_SIZE:
        return f"{record.most_in_an_interval} calls came in one interval: {SLOT_SIZE} are allowed"
    if record.most_in_work > SLOT_SIZE:
        return f"{record.most_in_work} calls were in work at once: {SLOT_SIZE} are allowed"
    if record.repeated > record.kills * SLOT_SIZE:
        return f"{record.repeated} calls were made again: {record.kills} kills explain {record.kills * SLOT_SIZE}"
    return None


def _submit_some(trial: Trial, random: Random) -> None:
    for _ in range(SUBMISSIONS):
        # A submission without an answer may be kept: its ids are not used again.
        first = _next_id(trial, random)
        trial.submit(range(first, first + random.randint(1, 5)), random.choice(["HIGH", "MEDIUM", "LOW"]))


def _next_id(trial: Trial, random: Random) -> int:
    used = [ids[-1] for ids in trial.accepted.values()]
    return max(used, default=0) + random.randint(10, 20)


def _record(trial: Trial, is_done: bool) -> Record:
    calls = Counter(arrival.record_id for arrival in trial.arrivals)
    return Record(
        kills=KILLS,
        accepted=sum(map(len, trial.accepted.values())),
        lost=trial.lost(),
        not_completed=not is_done,
        repeated=calls.total() - len(calls),
        most_in_an_interval=trial.most_in_an_interval,
        most_in_work=trial.upstream.most_in_work(),
    )
