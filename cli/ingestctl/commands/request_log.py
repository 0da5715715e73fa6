"""Log of the requests and their retries, on stderr."""

import logging

from ingestctl.render.printing import print_line


def log_on_stderr(debug: bool, quiet: bool) -> None:
    """Print what ingestctl logs: every request to debug, warnings only to be quiet, else the retries too."""
    log = logging.getLogger("ingestctl")
    log.handlers = [_Stderr()]
    log.setLevel(logging.DEBUG if debug else logging.WARNING if quiet else logging.INFO)


class _Stderr(logging.Handler):
    """Writes on the stderr of the moment, which tests replace."""

    def emit(self, record: logging.LogRecord) -> None:
        print_line(self.format(record), err=True)
