import re

import pytest
from rich.console import Console, ConsoleDimensions

from ingestctl.render.screen import screen
from ingestctl.render.snapshot import Snapshot
from ingestctl.render.view import IngestionView
from tests.cli.render.screens import CANCELLED, COMPLETED, NOW, TRIGGERED, YET_TO_START, drawn, view


def several(*counts: int) -> list[IngestionView]:
    """Return ingestions that wait, with these numbers of batches."""
    return [view(*[YET_TO_START] * count, ingestion_id=f"{n}f0c7a52") for n, count in enumerate(counts)]


def test_several_ingestions_share_the_screen() -> None:
    shown = drawn(*several(2, 2), width=82, height=24)
    assert [row for row in shown if "f0c7a52" in row] == [
        "Ingestion 0f0c7a52  MEDIUM",
        "Ingestion 1f0c7a52  MEDIUM",
    ]
    assert len([row for row in shown if "yet to start" in row]) == 4
    assert shown[shown.index("Ingestion 1f0c7a52  MEDIUM") - 1] == ""


def test_rows_that_a_short_ingestion_leaves_go_to_a_long_one() -> None:
    shown = drawn(*several(1, 100), width=82, height=30)
    assert len(shown) == 28
    assert shown.index("Ingestion 1f0c7a52  MEDIUM") == 9
    assert any(row.split()[:3] == ["…", "89", "more"] for row in shown)


def test_the_empty_rows_go_first_where_rows_are_short() -> None:
    shown = drawn(*several(3, 3), width=82, height=19)
    assert len(shown) == 17
    assert shown.count("") == 1


@pytest.mark.parametrize("height", [8, 12, 16, 20, 24, 50])
@pytest.mark.parametrize("width", [24, 40, 82])
@pytest.mark.parametrize("counts", [(1, 1), (1, 150), (40, 40, 40), tuple(range(1, 30))])
def test_several_ingestions_never_need_more_rows_than_the_screen_has(
    height: int, width: int, counts: tuple[int, ...]
) -> None:
    shown = drawn(*several(*counts), width=width, height=height, outage="Gone.")
    assert len(shown) < height
    assert max(map(len, shown)) <= width - 2


def test_several_ingestions_that_do_not_fit_as_tables_have_one_row_each() -> None:
    shown = drawn(*several(1, 2, 3), width=82, height=16)
    assert [row.split()[0] for row in shown] == ["0f0c7a52", "1f0c7a52", "2f0c7a52"]


def test_every_status_has_its_own_style_and_no_color_is_honoured() -> None:
    def styled(**environment: str) -> str:
        console = Console(width=82, height=20, force_terminal=True, _environ={"TERM": "xterm", **environment})
        snapshot = Snapshot((view(COMPLETED, TRIGGERED, YET_TO_START, CANCELLED),))
        with console.capture() as capture:
            console.print(screen(snapshot, ConsoleDimensions(82, 20), NOW))
        return capture.get()

    colours = {re.search(rf"\x1b\[([\d;]+)m{words}", styled())[1] for words in STATUS_WORDS}  # type: ignore[index]
    assert len(colours) == 4
    assert not re.search(r"\x1b\[[\d;]*3\dm", styled(NO_COLOR="1"))


STATUS_WORDS = ("completed", "triggered", "yet to start", "cancelled")
