"""All laws, judged by the notes of the upstream and of the clients: each yields sentences of what breaks it."""

from collections.abc import Callable, Iterator

from tests.faults.days.answers import backwards, dishonest, doubled, lost, wrong_outcomes
from tests.faults.days.calls import called_after_cancelling, repeated, too_often, unaccepted
from tests.faults.days.notes import Notes
from tests.faults.days.order import overtaken
from tests.faults.days.pace import (
    called_in_a_pause_of_the_upstream,
    called_while_paused,
    too_many,
    too_many_in_work,
)

Law = Callable[[Notes], Iterator[str]]
LAWS: tuple[Law, ...] = (
    lost,
    unaccepted,
    too_many,
    too_many_in_work,
    overtaken,
    repeated,
    too_often,
    called_after_cancelling,
    called_while_paused,
    called_in_a_pause_of_the_upstream,
    doubled,
    backwards,
    dishonest,
    wrong_outcomes,
)


def broken(notes: Notes) -> list[str]:
    """Return what breaks any law, each sentence with the name of the law."""
    return [f"{law.__name__}: {sentence}" for law in LAWS for sentence in law(notes)]
