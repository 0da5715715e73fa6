"""The start: the console script `ingest-service`, `python -m ingest_service` and `python wsgi.py`."""

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from ingest_service.loop import say


def main() -> None:
    """Run the service, or the command that the arguments name.

    Raises SystemExit with what to install where only ingestctl was installed.
    """
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _leave)
    try:
        # Only now: it takes a second or so, in which Ctrl-C would print a traceback.
        from ingest_service.commands import ingest_service

        ingest_service(prog_name="ingest-service")
    except ModuleNotFoundError as missing:
        sys.exit(
            f"ingest_service: the packages of the server are missing, such as {missing.name}: "
            'pip install "ingest-service[server]"'
        )


def _leave(signum: int, _: FrameType | None) -> NoReturn:
    """Leave at once, from wherever an import is: nothing has been begun that would have to be ended."""
    say("stopped before it had started")
    os._exit(128 + signum)


if __name__ == "__main__":
    main()
