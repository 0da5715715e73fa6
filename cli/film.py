"""An ingestion drawn on a terminal until it is completed, anew at every tick of the clock."""

import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console, RenderableType
from rich.live import Live

from cli.excerpt import Excerpt
from cli.picture import picture
from cli.watch import Sight


class Film:
    """The picture of the last sight; use it from the main thread, where Ctrl-C arrives."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._sight: Sight[Excerpt] | None = None
        self._live = Live(console=console, auto_refresh=False, get_renderable=self._picture)

    def show(self, sights: Iterable[Sight[Excerpt]]) -> None:
        """Draw every sight as it comes, and leave the last one; blocks until there are no more."""
        try:
            for sight in sights:
                self._sight = sight
                self._live.start()  # only now: a first request that fails leaves no empty frame behind
                self._draw()
        finally:
            with _undisturbed():
                self._live.stop()

    def wait(self, seconds: float) -> None:
        """Block for so long; at every whole second of the clock the picture is drawn anew."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 1 - time.time() % 1))
            self._draw()

    def _draw(self) -> None:
        with _undisturbed():
            self._live.refresh()

    def _picture(self) -> RenderableType:
        return picture(self._sight, self._console.size, here_and_now()) if self._sight else ""


def here_and_now() -> datetime:
    """Return the time, in the local time zone."""
    return datetime.now().astimezone()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C take effect behind a drawing: in the middle of one, it would be drawn a second time below."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        signal.raise_signal(signal.SIGINT)
