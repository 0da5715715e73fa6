"""Days that are lived through and judged, in two processes."""

import logging
import traceback
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from tests.faults.days.laws import broken
from tests.faults.days.life import Life
from tests.faults.days.notes import Notes
from tests.faults.days.plan import Day

_PROCESSES = 2
_DAYS_AT_ONCE = 20


@dataclass(frozen=True)
class Judgement:
    """The laws that broke on the day of a seed, as sentences, and how much happened."""

    seed: int
    broken: tuple[str, ...]
    counts: Counter[str]


def judge(seed: int) -> Judgement:
    """Live through the day of a seed and judge it; what ends it early breaks it too."""
    # What fails on purpose is logged, and there is much of it.
    logging.disable(logging.CRITICAL)
    try:
        notes = Life(Day.of(seed)).run()
    except Exception:  # noqa: BLE001 - it belongs to its seed
        return Judgement(seed, (traceback.format_exc(),), Counter())
    finally:
        logging.disable(logging.NOTSET)
    return Judgement(seed, tuple(broken(notes)), _counts(notes))


def judge_all(seeds: Sequence[int]) -> list[Judgement]:
    """Judge the days of these seeds; blocks until all are done."""
    if len(seeds) == 1:
        return [judge(seeds[0])]
    with ProcessPoolExecutor(_PROCESSES, get_context("forkserver")) as pool:
        return list(pool.map(judge, seeds, chunksize=_DAYS_AT_ONCE))


def _counts(notes: Notes) -> Counter[str]:
    """Count what happened, by the names of the kinds of notes, and the slots."""
    kinds = Counter(type(note).__name__ for note in notes.all)
    return kinds + Counter(slots=len(notes.slots()))
