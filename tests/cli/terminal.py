"""A terminal: ingestctl runs in a pseudo-terminal, and what it draws is read back from a screen."""

import os
import re
import sys
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

    def __init__(self, url: str, *words: str, columns: int = 80, rows: int = 24) -> None:
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
    def cursor_is_visible(self) -> bool:
        return not self._screen.cursor.hidden

    def press_ctrl_c(self) -> None:
        self._child.sendintr()

    def read_until(self, words: str) -> None:
        """Read what is drawn until the words are on the screen."""
        self.read_until_match(re.escape(words))

    def read_until_match(self, pattern: str) -> re.Match[str]:
        """Read what is drawn until the pattern is on the screen, and return where."""
        while not (match := re.search(pattern, self.text)):
            self._stream.feed(self._child.read_nonblocking(4096))
        return match

    def read_to_the_end(self) -> int:
        """Read all that is drawn and return the exit code."""
        self._stream.feed(self._child.read())
        self._child.close()
        return int(self._child.exitstatus or 0)

    def close(self) -> None:
        self._child.close(force=True)
