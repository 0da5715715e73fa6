"""A terminal: ingestctl runs in a pseudo-terminal, and what it draws is read back from a screen."""

import os
import re
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pexpect
import pyte

INGESTCTL = Path(sys.executable).with_name("ingestctl")
PATIENCE_SECONDS = 60
HOURS_EAST = 12 - datetime.now(UTC).hour
NOON_ZONE = timezone(timedelta(hours=HOURS_EAST))
"""The time zone of the terminal: it is about noon there, so that no test runs into the next day."""


class Terminal:
    """Runs one command of ingestctl."""

    def __init__(self, url: str, *words: str, columns: int = 80, rows: int = 24, **environment: str) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        self._child: pexpect.spawn[str] = pexpect.spawn(
            str(INGESTCTL),
            list(words),
            env={
                "PATH": os.environ["PATH"],
                "TERM": "xterm-256color",
                "LANG": "C.UTF-8",
                "TZ": f"NOON{-HOURS_EAST:+}",
                "INGEST_URL": url,
                **environment,
            },
            dimensions=(rows, columns),
            timeout=PATIENCE_SECONDS,
            encoding="utf-8",
        )

    @property
    def rows(self) -> list[str]:
        return [row.rstrip() for row in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.rows)

    @property
    def colors(self) -> set[str]:
        """The colors of all letters on the screen."""
        return {cell.fg for row in self._screen.buffer.values() for cell in row.values()}

    @property
    def cursor_is_visible(self) -> bool:
        return not self._screen.cursor.hidden

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size; rows that are too wide are wrapped, as most terminals do."""
        before = self.rows[: self._screen.cursor.y + 1]
        wrapped = [row[start : start + columns] for row in before for start in range(0, len(row) or 1, columns)]
        hidden = self._screen.cursor.hidden
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        self._stream.feed("\r\n".join(wrapped))
        self._screen.cursor.hidden = hidden
        self._child.setwinsize(rows, columns)

    def press_ctrl_c(self) -> None:
        self._child.sendintr()

    def terminate(self) -> None:
        """Send SIGTERM, as `timeout` and a closing session do."""
        self._child.kill(signal.SIGTERM)

    def read_until(self, words: str) -> None:
        """Read what is drawn until the words are on the screen."""
        self.read_until_match(re.escape(words))

    def read_until_match(self, pattern: str) -> re.Match[str]:
        """Read what is drawn until the pattern is on the screen, and return where."""
        self.read_until_true(lambda: re.search(pattern, self.text) is not None)
        match = re.search(pattern, self.text)
        assert match, "it is on the screen"
        return match

    def read_until_true(self, condition: Callable[[], bool]) -> None:
        """Read what is drawn until the condition holds."""
        while not condition():
            self._stream.feed(self._child.read_nonblocking(4096))

    def read_to_the_end(self) -> int:
        """Read all that is drawn and return the exit code."""
        self._stream.feed(self._child.read())
        self._child.close()
        return int(self._child.exitstatus or 0)

    def close(self) -> None:
        self._child.close(force=True)
