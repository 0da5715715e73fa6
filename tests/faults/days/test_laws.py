"""The laws of the simulated days find what they are to find, in notes that are written by hand."""

import pytest

from ingest_service.domain.model import Priority
from tests.doubles import good
from tests.engines.wiring import FINAL, PASSING, SECOND
from tests.faults.days.laws import LAWS
from tests.faults.days.notes import Called, Changed, Killed, Note, Reply, Started, Submitted, Switched
from tests.faults.days.written import REFUSED, THROTTLED, cut, looked, names_of, slot, submitted

PAUSE, RESUME = Switched(True, Reply.DONE), Switched(False, Reply.DONE)
HIGH, LOW = Priority.HIGH, Priority.LOW
ONE = submitted(1, [1, 2, 3])
DONE = looked(1, "comp", ended=[1, 2, 3])
CANCEL = Changed(1, None, Reply.DONE)
KEPT: dict[str, list[Note]] = {
    "nothing": [],
    "one slot": [ONE, *slot(0, 1, 2, 3), DONE],
    "refused": [submitted(1, [1, 2, 3], reply=Reply.REFUSED)],
    "unanswered, and called": [submitted(1, [1], reply=Reply.UNKNOWN), *slot(0, 1)],
    "a kill": [ONE, *cut(0, 1, 2, 3), *slot(6, 1, 2, 3), DONE],
    "answered, and killed": [ONE, *slot(0, 1, 2, 3), Killed(1), Started(2), *slot(7, 1, 2, 3), DONE],
    "called again": [submitted(1, [1]), *slot(0, 1, answer=PASSING), *slot(9, 1), looked(1, "comp", ended=[1])],
    "failed": [
        submitted(1, [1]),
        *(note for at in (0, 9) for note in slot(at, 1, answer=PASSING)),
        looked(1, "comp", ended=[1], answer=PASSING),
    ],
    "refused credentials": [
        submitted(1, [1]),
        *(note for at in (0, 9, 18, 27) for note in slot(at, 1, answer=REFUSED)),
        *slot(36, 1),
        looked(1, "comp", ended=[1]),
    ],
    "cancelled": [
        submitted(1, [1, 2, 3, 4]),
        *slot(0, 1, 2, 3),
        CANCEL,
        looked(1, "comp", "canc", ended=[1, 2, 3]),
    ],
    "cancelled in an open slot": [
        submitted(1, [1]),
        Called(1, 0),
        CANCEL,
        Killed(1),
        Started(2),
        *slot(7, 1),
        looked(1, "comp", ended=[1]),
    ],
    "paused": [ONE, PAUSE, RESUME, *slot(0, 1, 2, 3), DONE],
    "the more urgent first": [
        submitted(1, [1, 2, 3], LOW),
        submitted(2, [4, 5, 6], HIGH),
        *slot(0, 4, 5, 6),
        *slot(5, 1, 2, 3),
        DONE,
        looked(2, "comp", ended=[4, 5, 6]),
    ],
    "submitted twice with its key": [ONE, ONE, *slot(0, 1, 2, 3), DONE],
}
BROKEN: dict[str, tuple[str, list[Note]]] = {
    "never completed": ("lost", [ONE, *slot(0, 1, 2, 3), looked(1, "trig")]),
    "never seen again": ("lost", [ONE, *slot(0, 1, 2, 3)]),
    "completed without a call": ("lost wrong_outcomes", [ONE, DONE]),
    "cancelled, though that was not asked": ("lost", [ONE, looked(1, "canc")]),
    "that was never submitted": ("unaccepted", [*slot(0, 1)]),
    "refused, and called": ("unaccepted", [submitted(1, [1], reply=Reply.REFUSED), *slot(0, 1)]),
    "called before it was submitted": ("unaccepted", [*slot(0, 1), submitted(1, [1], reply=Reply.UNKNOWN)]),
    "four in a slot": (
        "too_many too_many_in_work",
        [submitted(1, [1, 2, 3, 4]), *slot(0, 1, 2, 3, 4), looked(1, "comp", "comp", ended=[1, 2, 3, 4])],
    ),
    "a slot too early": (
        "too_many",
        [
            submitted(1, [1, 2, 3, 4, 5, 6]),
            *slot(0, 1, 2, 3),
            *slot(4.9, 4, 5, 6),
            looked(1, "comp", "comp", ended=[1, 2, 3, 4, 5, 6]),
        ],
    ),
    "a slot too early after a kill": ("too_many", [ONE, *cut(0, 1, 2, 3), *slot(4, 1, 2, 3), DONE]),
    "a slow call, and the next slot": (
        "too_many_in_work",
        [
            submitted(1, [1, 2, 3, 4, 5, 6]),
            Called(1, 0, 6 * SECOND, good(1, 1)),
            *slot(0, 2, 3),
            *slot(5, 4, 5, 6),
            looked(1, "comp", "comp", ended=[1, 2, 3, 4, 5, 6]),
        ],
    ),
    "the less urgent first": (
        "overtaken",
        [
            submitted(1, [1, 2, 3], LOW),
            submitted(2, [4, 5, 6], HIGH),
            *slot(0, 1, 2, 3),
            *slot(5, 4, 5, 6),
            DONE,
            looked(2, "comp", ended=[4, 5, 6]),
        ],
    ),
    "the later one first": (
        "overtaken",
        [
            ONE,
            submitted(2, [4, 5, 6]),
            *slot(0, 4, 5, 6),
            *slot(5, 1, 2, 3),
            DONE,
            looked(2, "comp", ended=[4, 5, 6]),
        ],
    ),
    "a batch that fills a hole": (
        "overtaken",
        [
            submitted(1, [1, 2]),
            submitted(2, [3, 4]),
            submitted(3, [5]),
            *slot(0, 1, 2, 5),
            *slot(5, 3, 4),
            looked(1, "comp", ended=[1, 2]),
            looked(2, "comp", ended=[3, 4]),
            looked(3, "comp", ended=[5]),
        ],
    ),
    "one that was made less urgent": (
        "overtaken",
        [
            submitted(1, [1]),
            submitted(2, [2, 3, 4]),
            Changed(1, LOW, Reply.DONE),
            *slot(0, 1),
            *slot(5, 2, 3, 4),
            looked(1, "comp", ended=[1]),
            looked(2, "comp", ended=[2, 3, 4]),
        ],
    ),
    "an id that was due again": (
        "overtaken",
        [
            submitted(1, [1], HIGH),
            submitted(2, [2, 3, 4, 5, 6, 7]),
            *slot(0, 1, answer=PASSING),
            *slot(5, 2, 3, 4),
            *slot(10, 5, 6, 7),
            *slot(15, 1),
            looked(1, "comp", ended=[1]),
            looked(2, "comp", "comp", ended=[2, 3, 4, 5, 6, 7]),
        ],
    ),
    "called twice": ("repeated", [ONE, *slot(0, 1, 2, 3), *slot(5, 1), DONE]),
    "called again after a kill that came later": (
        "repeated",
        [
            submitted(1, [1, 2, 3, 4]),
            *slot(0, 1, 2, 3),
            *slot(5, 4),
            Killed(7),
            Started(8),
            *slot(13, 1, 4),
            looked(1, "comp", "comp", ended=[1, 2, 3, 4]),
        ],
    ),
    "final, and called again": (
        "repeated",
        [submitted(1, [1]), *slot(0, 1, answer=FINAL), *slot(5, 1), looked(1, "comp", ended=[1])],
    ),
    "called too often": (
        "too_often",
        [
            submitted(1, [1]),
            *(note for at in (0, 9, 18) for note in slot(at, 1, answer=PASSING)),
            looked(1, "comp", ended=[1], answer=PASSING),
        ],
    ),
    "called after it was cancelled": (
        "called_after_cancelling",
        [
            submitted(1, [1, 2, 3, 4]),
            *slot(0, 1, 2, 3),
            CANCEL,
            *slot(5, 4),
            looked(1, "comp", "comp", ended=[1, 2, 3, 4]),
        ],
    ),
    "called in a pause": ("called_while_paused", [ONE, PAUSE, *slot(0, 1, 2, 3), RESUME, DONE]),
    "called in a pause of the upstream": (
        "called_in_a_pause_of_the_upstream",
        [submitted(1, [1]), *slot(0, 1, answer=THROTTLED), *slot(29, 1), looked(1, "comp", ended=[1])],
    ),
    "kept twice": (
        "doubled",
        [ONE, Submitted(1, (1, 2, 3), Priority.MEDIUM, Reply.DONE, 2), *slot(0, 1, 2, 3), DONE],
    ),
    "two in one ingestion": (
        "doubled",
        [
            ONE,
            Submitted(2, (4,), Priority.MEDIUM, Reply.DONE, 1),
            *slot(0, 1, 2, 3),
            *slot(5, 4),
            DONE,
            looked(2, "comp", ended=[4]),
        ],
    ),
    "triggered, and yet to start": (
        "backwards",
        [ONE, looked(1, "trig"), looked(1, "yet"), *slot(0, 1, 2, 3), DONE],
    ),
    "completed, and triggered": ("backwards lost", [ONE, *slot(0, 1, 2, 3), DONE, looked(1, "trig")]),
    "an outcome that changed": (
        "backwards wrong_outcomes",
        [ONE, *slot(0, 1, 2, 3), DONE, looked(1, "comp", ended=[1, 2, 3], answer=FINAL)],
    ),
    "yet to start after its call": ("dishonest", [ONE, *slot(0, 1, 2, 3), looked(1, "yet"), DONE]),
    "completed with an id that has no outcome": (
        "dishonest",
        [ONE, *slot(0, 1, 2, 3), looked(1, "comp", ended=[1, 2])],
    ),
    "triggered with an outcome for each id": (
        "dishonest",
        [ONE, *slot(0, 1, 2, 3), looked(1, "trig", ended=[1, 2, 3]), DONE],
    ),
    "another result than the answer": (
        "wrong_outcomes",
        [submitted(1, [1]), *slot(0, 1, answer=FINAL), looked(1, "comp", ended=[1])],
    ),
    "two outcomes": ("wrong_outcomes", [ONE, *slot(0, 1, 2, 3), looked(1, "comp", ended=[1, 1, 2, 3])]),
}


@pytest.mark.parametrize("case", KEPT)
def test_a_good_day_breaks_no_law(case: str) -> None:
    assert names_of(*KEPT[case]) == set()


@pytest.mark.parametrize("case", BROKEN)
def test_what_breaks_a_law_is_found(case: str) -> None:
    laws, notes = BROKEN[case]
    assert names_of(*notes) == set(laws.split())


def test_every_law_is_broken_in_some_case() -> None:
    assert {name for laws, _ in BROKEN.values() for name in laws.split()} == {law.__name__ for law in LAWS}
