"""What is known of ingestions as a picture for a terminal; nothing is printed here."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import ConsoleDimensions, Group, RenderableType
from rich.constrain import Constrain
from rich.text import Text

from ingestctl.drawing.block import Block, one_row
from ingestctl.drawing.compact import compact
from ingestctl.told.excerpt import Excerpt
from ingestctl.told.ingestion import Ingestion
from ingestctl.told.sight import Sight

_WIDTH = 72
_TIMED_WIDTH = 98
_ECHO_WIDTH = len("^C")  # in the last column it would wrap, and Live would lose count of its rows
_ROWS_BELOW = 2  # the service is away; the cursor


def picture(sight: Sight[Excerpt], screen: ConsoleDimensions, now: datetime) -> RenderableType:
    """Return the picture of a sight, with as many batches as fit the screen; `now` brings the time zone.

    Where the screen is too small for the tables of all ingestions it is the compact picture.
    """
    width, rows = _room(sight, screen)
    blocks = [Block(excerpt, width, now) for excerpt in sight.seen]
    shares = _shares([block.rows for block in blocks], rows - len(blocks) + 1)
    if any(share < block.least_rows for share, block in zip(shares, blocks, strict=True)):
        return compact_picture(sight, screen, now)
    parts = [block.within(share) for block, share in zip(blocks, shares, strict=True)]
    return Constrain(Group(*_apart(parts), *_away(sight)), width)


def compact_picture(sight: Sight[Excerpt], screen: ConsoleDimensions, now: datetime) -> RenderableType:
    """Return the picture of a sight with one or two rows for each ingestion."""
    width, rows = _room(sight, screen)
    return Constrain(Group(compact(sight.seen, width, max(rows, 1), now), *_away(sight)), width)


def _room(sight: Sight[Excerpt], screen: ConsoleDimensions) -> tuple[int, int]:
    timed = any(isinstance(excerpt.whole, Ingestion) for excerpt in sight.seen)
    return min(_TIMED_WIDTH if timed else _WIDTH, screen.width - _ECHO_WIDTH), screen.height - _ROWS_BELOW


def _shares(needs: Sequence[int], rows: int) -> list[int]:
    """Divide the rows evenly, but what one does not need the others get."""
    shares = [0] * len(needs)
    for given, place in enumerate(sorted(range(len(needs)), key=needs.__getitem__)):
        shares[place] = min(needs[place], rows // (len(needs) - given))
        rows -= shares[place]
    return shares


def _apart(parts: Sequence[RenderableType]) -> Iterator[RenderableType]:
    for place, part in enumerate(parts):
        yield from ["", part] if place else [part]


def _away(sight: Sight[Excerpt]) -> Iterator[RenderableType]:
    if sight.away:
        yield one_row(Text(f"Reconnecting … {sight.away}", "yellow"))
