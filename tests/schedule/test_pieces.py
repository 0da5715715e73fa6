"""The pieces in which all that waits runs."""

from dataclasses import replace

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Priority
from ingest_service.schedule.legs import Leg, Stretch
from ingest_service.schedule.pieces import Piece
from tests.schedule.waiting import THREE_IN_FIVE, snapshot_of, whole, with_later


def described(piece: Piece) -> tuple[str, int]:
    """Return the kind of a piece, and its blocks, entries or ids."""
    if isinstance(piece, Stretch):
        return "blocks", len(piece.blocks)
    return ("entries", len(piece.entries)) if isinstance(piece, Leg) else ("ids", piece.ids)


def test_all_that_waits_runs_in_one_piece_where_nothing_joins() -> None:
    snapshot = snapshot_of(THREE_IN_FIVE, [whole(sequence, 3) for sequence in range(40)])
    assert list(map(described, snapshot.pieces())) == [("blocks", 10)]


def test_what_joins_divides_what_waits_once() -> None:
    snapshot = snapshot_of(THREE_IN_FIVE, [whole(sequence, 3) for sequence in range(20)])
    joining = replace(whole(99, 3, Priority.HIGH), ready=30)
    assert list(map(described, with_later(snapshot, joining).pieces())) == [
        ("blocks", 1),
        ("entries", 2),
        ("ids", 3),
        ("ids", 3),
        ("entries", 1),
        ("blocks", 3),
    ]


def test_an_id_that_is_called_again_divides_what_waits_at_its_place() -> None:
    snapshot = snapshot_of(THREE_IN_FIVE, [whole(sequence, 3) for sequence in range(21) if sequence != 10])
    again = Entry.of(10, whole(10, 3).ingestion, (0,), 1, ready=0)
    assert list(map(described, with_later(snapshot, again).pieces())) == [
        ("blocks", 2),
        ("entries", 2),
        ("ids", 1),
        ("entries", 2),
        ("blocks", 2),
    ]
