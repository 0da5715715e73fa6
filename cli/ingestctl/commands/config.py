"""Configuration file with the address of the service."""

import os
import tomllib
from pathlib import Path
from typing import Any

from ingestctl.errors import UsageError

_KEY = "url"
_EXAMPLE = 'write url = "http://localhost:8000" there'


def configuration_file() -> Path | None:
    """Return the path of the file, which need not exist (XDG Base Directory Specification).

    It is None for a user without a home, as in some containers.
    """
    home = os.environ.get("XDG_CONFIG_HOME", "")
    try:
        folder = Path(home) if Path(home).is_absolute() else Path.home() / ".config"
    except RuntimeError:
        return None
    return folder / "ingestctl" / "config.toml"


def configured_url() -> str | None:
    """Return the address in the file, None if there is no file; raises UsageError if the file is wrong."""
    if not (path := configuration_file()):
        return None
    try:
        return _url(tomllib.loads(path.read_text(encoding="utf-8")), path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"Cannot read the configuration {path}: {error.strerror}.") from error
    except ValueError as error:
        raise UsageError(f"The configuration {path} is not TOML: {error}; {_EXAMPLE}.") from error


def _url(settings: dict[str, Any], path: Path) -> str | None:
    for unknown in settings.keys() - {_KEY}:
        raise UsageError(f"The configuration {path} has a key {unknown!r}, but only url is known; {_EXAMPLE}.")
    url = settings.get(_KEY)
    if not isinstance(url, str | None):
        raise UsageError(f"The url in the configuration {path} is not a string; {_EXAMPLE}.")
    return url
