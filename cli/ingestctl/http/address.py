"""Addresses with the credentials that they may carry, which are never shown."""

import re
from contextlib import suppress
from urllib.parse import unquote, urlsplit

from ingestctl.errors import InvalidUrlError

_CREDENTIALS = re.compile(r"^([^/?#@]*//)?([^/?#]*)@")
_ANYTHING_BEFORE_AN_AT = re.compile(r"^([^/?#@]*//)?.*@")
_INVALID_URL = (
    "{!r} is not the address of a service: give one like http://localhost:8000 with --url or INGEST_URL."
)


def without_credentials(url: str) -> str:
    """Return an address without its user and password."""
    return _CREDENTIALS.sub(r"\1", url)


def credentials_of(url: str) -> tuple[bytes, bytes] | None:
    """Return the user and the password in an address, None if it has none."""
    if not (match := _CREDENTIALS.match(url)):
        return None
    user, _, password = match[2].partition(":")
    return unquote(user).encode(), unquote(password).encode()


def invalid(url: str) -> InvalidUrlError:
    """Return the error of an address; a password with an unquoted slash is not shown either."""
    return InvalidUrlError(_INVALID_URL.format(_ANYTHING_BEFORE_AN_AT.sub(r"\1", url)))


def host_of(url: str) -> str | None:
    """Return the host in a valid address for HTTP, None if it is another one."""
    with suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.port != 0:
            return parts.hostname
    return None
