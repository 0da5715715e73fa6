"""The submissions that each call belongs to: an id is of the last submission that named it."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator

from tests.faults.days.notes import Called, Notes


class Owners:
    """For each id, the places among the notes from which on a submission owns it, with the name of that."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._since: dict[int, list[tuple[int, int]]] = defaultdict(list)
        names: set[int] = set()
        for place, note in notes.submissions():
            # What is sent again with its key is the same submission.
            if note.name not in names:
                names.add(note.name)
                for record_id in note.ids:
                    self._since[record_id].append((place, note.name))

    def of(self, record_id: int, place: int) -> int | None:
        """Return the name of the submission that owns an id at this place among the notes, None if none does."""
        since = self._since.get(record_id, [])
        found = bisect_right(since, place, key=lambda one: one[0])
        return since[found - 1][1] if found else None

    def calls(self) -> dict[tuple[int, int], list[tuple[int, Called]]]:
        """Return the calls, with their places, by (name of the submission, id)."""
        calls: dict[tuple[int, int], list[tuple[int, Called]]] = defaultdict(list)
        for place, note in self._calls():
            name = self.of(note.record_id, place)
            if name is not None:
                calls[name, note.record_id].append((place, note))
        return calls

    def unowned(self) -> list[Called]:
        """Return the calls of ids that no submission had named by then."""
        return [note for place, note in self._calls() if self.of(note.record_id, place) is None]

    def _calls(self) -> Iterator[tuple[int, Called]]:
        for place, note in enumerate(self._notes.all):
            if isinstance(note, Called):
                yield place, note
