"""Normalization of paths, which clients write in many ways."""

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SLASHES = re.compile(r"/{2,}")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~%-]+)+/?")


def normalized(path: str) -> str:
    """Return a path with single slashes, and none at its end."""
    return _SLASHES.sub("/", path).rstrip("/") or "/"


class PathNormalizer:
    """WSGI middleware: a doubled slash counts as one and a trailing slash as none, without a redirect.

    Clients join base URLs and paths in every way, and many do not follow a redirect of a POST. A proxy that cuts a
    prefix off the path names it in X-Forwarded-Prefix; a client that lies there only spoils its own links.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Normalize the path and pass the request on."""
        environ["PATH_INFO"] = normalized(environ.get("PATH_INFO", ""))
        prefix = environ.get("HTTP_X_FORWARDED_PREFIX", "")
        if _PREFIX.fullmatch(prefix) and not environ.get("SCRIPT_NAME"):
            environ["SCRIPT_NAME"] = unquote(prefix.rstrip("/"), "latin-1")
        return self._application(environ, start_response)
