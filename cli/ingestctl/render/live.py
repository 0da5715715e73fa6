"""A live display: a screen that is drawn again at every tick of the clock."""

import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Generic, TypeVar

from rich.console import Console, ConsoleDimensions, RenderableType
from rich.control import Control
from rich.live import Live

Frame = TypeVar("Frame")
Draw = Callable[[Frame, ConsoleDimensions, datetime], RenderableType]

_TICK_SECONDS = 0.1


class LiveDisplay(Generic[Frame]):
    """Shows the last frame as `draw` draws it at a time; use it from the main thread, where Ctrl-C arrives."""

    def __init__(self, console: Console, draw: Draw[Frame], now: Callable[[], datetime]) -> None:
        self._console = console
        self._draw = draw
        self._now = now
        self._frame: list[Frame] = []
        self._size = console.size
        self._live = Live(console=console, auto_refresh=False, get_renderable=self._screen)

    def show(self, frames: Iterable[Frame]) -> Frame:
        """Draw every frame, at least one, as it comes; blocks until the last, which stays and is returned."""
        with _cleaning_up_when_terminated():
            try:
                for frame in frames:
                    self._frame = [frame]
                    self._live.start()  # only now: a first request that fails leaves nothing behind
                    self._refresh()
            finally:
                with self._at_once():
                    self._live.stop()
        return self._frame[0]

    def wait(self, seconds: float) -> None:
        """Block for some seconds; draw again at every whole second of the clock, and in a new size."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            second = int(time.time())
            time.sleep(min(left, 1 - time.time() % 1, _TICK_SECONDS))
            if int(time.time()) > second or self._console.size != self._size:
                self._refresh()

    def _refresh(self) -> None:
        with self._at_once():
            self._live.refresh()

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        """Draw undisturbed; in a new size on an empty screen, for the terminal has moved the old one."""
        with _undisturbed(), self._console:
            if self._console.size != self._size:
                self._size = self._console.size
                self._console.control(Control.home(), Control.clear())
            yield

    def _screen(self) -> RenderableType:
        return self._draw(self._frame[0], self._console.size, self._now()) if self._frame else ""


def can_draw(console: Console) -> bool:
    """Return whether stdout is a terminal; rich alone takes a pipe for one when FORCE_COLOR is set."""
    return sys.stdout.isatty() and console.is_interactive


@contextmanager
def _cleaning_up_when_terminated() -> Iterator[None]:
    """Let SIGTERM unwind as Ctrl-C does: at once, it would leave a terminal without a cursor."""
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C take effect after the drawing: in the middle of one, it would be drawn a second time below."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        signal.raise_signal(signal.SIGINT)
