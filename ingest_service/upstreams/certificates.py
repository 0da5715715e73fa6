"""The certificates to trust, as the usual variables of the environment name them."""

import ssl
from collections.abc import Mapping
from pathlib import Path

from ingest_service.errors import SettingError

# In the order in which `requests` looks for them.
_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def require_certificates(url: str, environ: Mapping[str, str]) -> None:
    """Raise SettingError if calls to this URL need certificates, and those that are named cannot be read."""
    named = [(name, environ[name]) for name in _VARIABLES if environ.get(name)]
    if url.startswith("https://") and named:
        _require_readable(*named[0])


def _require_readable(name: str, value: str) -> None:
    file, folder = (None, value) if Path(value).is_dir() else (value, None)
    try:
        ssl.create_default_context(cafile=file, capath=folder)
    except OSError as error:
        reason = "it holds no certificates" if isinstance(error, ssl.SSLError) else error.strerror
        raise SettingError(f"{name}={value} is not allowed: {reason}") from error
