"""The certificate authorities to trust: those of the system, and more that the environment names."""

import ssl
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import truststore
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from ingest_service.errors import SettingError

# In the order in which `requests` looks for them.
_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class Trust:
    """Makes contexts for TLS that trust the authorities of the system, those of requests, and the bundle, if any.

    Any thread. The first context takes tens of milliseconds. Where OpenSSL finds the authorities of the system,
    one context serves all connections. Elsewhere truststore asks the system itself, and each connection has its
    own: only one handshake at a time is possible in a context of that kind.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        named = _bundle_of(environ)
        self._bundle = named[1] if named else None
        self._is_shared = ssl.get_default_verify_paths().cafile is not None

    def __call__(self) -> ssl.SSLContext:
        """Return a context for one more connection."""
        return self._shared if self._is_shared else self._extended(truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT))

    @cached_property
    def _shared(self) -> ssl.SSLContext:
        return self._extended(ssl.create_default_context())

    def _extended(self, context: ssl.SSLContext) -> ssl.SSLContext:
        context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
        if self._bundle is not None:
            _load(context, self._bundle)
        return context


def require_certificates(url: str, environ: Mapping[str, str]) -> None:
    """Raise SettingError if calls to this URL need certificates, and those that are named cannot be read."""
    named = _bundle_of(environ)
    if url.startswith("https://") and named:
        _require_readable(*named)


def _bundle_of(environ: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the variable that names a bundle, with its value; None without one."""
    return next(((name, environ[name]) for name in _VARIABLES if environ.get(name)), None)


def _require_readable(name: str, value: str) -> None:
    try:
        _load(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), value)
    except OSError as error:
        reason = "it holds no certificates" if isinstance(error, ssl.SSLError) else error.strerror
        raise SettingError(f"{name}={value} is not allowed: {reason}") from error


def _load(context: ssl.SSLContext, bundle: str) -> None:
    file, folder = (None, bundle) if Path(bundle).is_dir() else (bundle, None)
    context.load_verify_locations(cafile=file, capath=folder)
