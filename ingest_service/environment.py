"""The variables of the environment, before they are settings."""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from urllib.parse import urlsplit

PREFIX = "INGEST_"
HOST = "INGEST_HOST"
PORT = "INGEST_PORT"
PLATFORM_PORT = "PORT"
DEFAULT_PORT = 8000
DATABASE_URL = "INGEST_DATABASE_URL"
DATABASE_URL_FILE = "INGEST_DATABASE_URL_FILE"
# Hosting platforms set it beside a database of theirs, which may be meant for another program.
PLATFORM_DATABASE_URL = "DATABASE_URL"
# A host that stands for every interface of the machine, over IPv4 and IPv6.
EVERY_INTERFACE = "*"

_PORT = re.compile("[0-9]{1,5}")
_LAST_PORT = 65_535
# A Kubernetes Service named `ingest` puts its address into these variables of every pod beside it.
_OF_KUBERNETES = ("INGEST_PORT_", "INGEST_SERVICE_")
_PROTOCOLS = ("tcp://", "udp://", "sctp://")
# That of `ingestctl`.
_OF_THE_CLIENT = {"INGEST_URL"}


def given(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that are set; an empty one counts as not set.

    An INGEST_PORT that Kubernetes has set counts as not set, too. With the PORT of a hosting platform and no
    INGEST_HOST, the host is every interface.
    """
    variables = {name: value for name, value in environ.items() if value}
    if _of_kubernetes(variables):
        del variables[PORT]
    if _of_a_platform(variables):
        variables[HOST] = EVERY_INTERFACE
    return variables


def remarks(environ: Mapping[str, str], known: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each variable that may not do what it was set for. Values are never in it."""
    variables = {name: value for name, value in environ.items() if value}
    if _of_kubernetes(variables):
        yield f"{PORT} is ignored: it is an address that Kubernetes has set for a Service named ingest"
        del variables[PORT]
    if _of_a_platform(variables):
        yield f"listening on every interface, because {PLATFORM_PORT} is set and {HOST} is not"
    if _has_a_database_unused(variables):
        yield f"{PLATFORM_DATABASE_URL} is not read: to use that database, set {DATABASE_URL} to the same URL"
    for name in sorted(variables):
        if name.upper().startswith(PREFIX) and name not in known and not _of_others(name):
            yield f"{name} is not a setting and is ignored{_nearest(name, known)}"


def port_of(text: str) -> int:
    """Return the port that a variable has. Raises ValueError with half a sentence for one that is not allowed."""
    if not _PORT.fullmatch(text) or int(text) > _LAST_PORT:
        raise ValueError(f"it should be a number from 0 to {_LAST_PORT}, in digits")
    return int(text)


def is_http_url(url: str) -> bool:
    """Return True for the URL of a server that speaks HTTP."""
    try:
        parts = urlsplit(url)
        # Reading the port checks it.
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _of_kubernetes(variables: Mapping[str, str]) -> bool:
    return variables.get(PORT, "").startswith(_PROTOCOLS)


def _of_a_platform(variables: Mapping[str, str]) -> bool:
    """Return True if the port comes from a hosting platform, and nothing says where to listen."""
    return PLATFORM_PORT in variables and not {PORT, HOST} & variables.keys()


def _has_a_database_unused(variables: Mapping[str, str]) -> bool:
    """Return True if a platform offers a PostgreSQL, and nothing says which database to use."""
    offered = variables.get(PLATFORM_DATABASE_URL, "").startswith("postgres")
    return offered and not {DATABASE_URL, DATABASE_URL_FILE} & variables.keys()


def _of_others(name: str) -> bool:
    return name in _OF_THE_CLIENT or name.startswith(_OF_KUBERNETES)


def _nearest(name: str, known: Collection[str]) -> str:
    """Return a hint at the setting whose name, without the prefix of all, is most like this one."""
    settings = {setting.removeprefix(PREFIX): setting for setting in known if setting.startswith(PREFIX)}
    found = get_close_matches(name.upper().removeprefix(PREFIX), settings, n=1)
    return f"; did you mean {settings[found[0]]}?" if found else ""
