"""The files that this process may have open at once, and the connections that they are enough for."""

import select
from contextlib import suppress

from ingest_service.errors import SettingError

# Without poll(), which Windows does not have, Python watches 512 sockets there; some of them listen.
MOST_CONNECTIONS = 2000 if hasattr(select, "poll") else 480
LEAST_CONNECTIONS = 10
# A connection itself, and the temporary file that holds a large body.
FILES_OF_A_CONNECTION = 2
# A call to the upstream, and what the look-up of its name opens.
FILES_OF_A_CALL = 2
# The database for each thread that reads it (three files), temporary files of large answers, and the log.
FILES_OF_THE_REST = 200


def allow_connections(slot_size: int) -> int:
    """Raise this process's limit of open files as far as it needs and may; return how many connections fit.

    Raises SettingError where that is hardly any.
    """
    return connections_for(_allow(_needed(MOST_CONNECTIONS, slot_size)), slot_size)


def connections_for(files: int, slot_size: int) -> int:
    """Return how many connections fit beside everything else. Raises SettingError for less than a few."""
    fit = (files - _needed(0, slot_size)) // FILES_OF_A_CONNECTION
    if fit < LEAST_CONNECTIONS:
        least = _needed(LEAST_CONNECTIONS, slot_size)
        raise SettingError(f"this process may open {files} files, and needs {least} or more (ulimit -n)")
    return min(fit, MOST_CONNECTIONS)


def _needed(connections: int, slot_size: int) -> int:
    return FILES_OF_A_CONNECTION * connections + FILES_OF_A_CALL * slot_size + FILES_OF_THE_REST


def _allow(count: int) -> int:
    """Raise the limit to `count`, or as near to it as the system lets us; return what is allowed then."""
    try:
        import resource
    except ImportError:
        # Windows has no such limit.
        return count
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted if soft == resource.RLIM_INFINITY else soft
    # Some systems have a lower limit of their own.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft
