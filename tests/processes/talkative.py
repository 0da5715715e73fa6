"""The service with all that any of its libraries may log, down to DEBUG.

Run it with `python -m tests.processes.talkative`.
"""

import logging

from ingest_service.process import Process


def main() -> None:
    """Serve until a signal."""
    process = Process()
    logging.getLogger().setLevel(logging.DEBUG)
    process.serve()


if __name__ == "__main__":
    main()
