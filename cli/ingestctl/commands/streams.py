"""Standard streams of this process, which may be closed or on a full disk."""

import io
import os
import sys
from contextlib import suppress
from typing import Literal, TextIO


def prepare_streams() -> None:
    """Open the standard streams that are closed, and let no character stop the output.

    Else the next file or socket would get the number of a closed stream. Reading from stdin or writing to stdout
    then fails with the OSError of a closed file; what is written to stderr is dropped.
    """
    sys.stdin = sys.stdin or _null(os.O_WRONLY, "r")
    sys.stdout = sys.stdout or _null(os.O_RDONLY, "w")
    sys.stderr = sys.stderr or _null(os.O_WRONLY, "w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def discard_output() -> None:
    """Drop what stdout could not write, or Python would try again at its exit, and print a traceback."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _null(flags: int, mode: Literal["r", "w"]) -> TextIO:
    return os.fdopen(os.open(os.devnull, flags), mode, encoding="utf-8")
