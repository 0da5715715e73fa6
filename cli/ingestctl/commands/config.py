"""Configuration file with the address of the service, and headers for it."""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestctl.errors import UsageError

HEADERS_VARIABLE = "INGEST_HEADERS"

_EXAMPLE = 'write url = "http://localhost:8000" there'
_HEADERS_EXAMPLE = '{"Authorization": "Bearer …"}'


@dataclass(frozen=True, slots=True)
class Configuration:
    """Content of the file; the headers, which may be secrets, are for this address only."""

    url: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


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


def configuration() -> Configuration:
    """Return the content of the file, which is empty if there is none; raises UsageError if it is wrong."""
    if not (path := configuration_file()):
        return Configuration()
    try:
        return _checked(tomllib.loads(path.read_text(encoding="utf-8-sig")), path)
    except FileNotFoundError:
        return Configuration()
    except OSError as error:
        raise UsageError(f"Cannot read the configuration {path}: {error.strerror}.") from error
    except ValueError as error:
        raise UsageError(f"The configuration {path} is not TOML: {error}; {_EXAMPLE}.") from error


def headers_of_environment() -> Mapping[str, str] | None:
    """Return the headers in INGEST_HEADERS, None if it is not set or empty; raises UsageError if it is wrong.

    The error does not show them.
    """
    if not (text := os.environ.get(HEADERS_VARIABLE)):
        return None
    try:
        headers = json.loads(text)
    except ValueError:
        headers = None
    if not _are_headers(headers):
        raise UsageError(f"{HEADERS_VARIABLE} is not a JSON object of strings: write {_HEADERS_EXAMPLE}.")
    return dict(headers)


def _checked(settings: dict[str, Any], path: Path) -> Configuration:
    for unknown in settings.keys() - Configuration.__dataclass_fields__.keys():
        raise UsageError(
            f"The configuration {path} has a key {unknown!r}, but only url and headers are known; {_EXAMPLE}."
        )
    checked = Configuration(**settings)
    if not isinstance(checked.url, str | None):
        raise UsageError(f"The url in the configuration {path} is not a string; {_EXAMPLE}.")
    if not _are_headers(checked.headers):
        raise UsageError(f"The headers in the configuration {path} are not a table of strings.")
    return checked


def _are_headers(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
